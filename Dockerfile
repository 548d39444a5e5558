# The lessons in a container, with PyTorch for the CPU:
#   docker build --tag pytorch-by-hand:1 .
#   docker run --rm --publish 127.0.0.1:8888:8888 --volume my-lessons:/home/learner pytorch-by-hand:1
FROM python:3.13-slim

WORKDIR /opt/pytorch-by-hand

# PyTorch first: it is the largest part, and a change in a lesson must not download it again
ARG CPU_BUILDS=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir torch torchvision --index-url "$CPU_BUILDS"

COPY requirements.txt pyproject.toml README.md ./
COPY helpers helpers/
RUN pip install --no-cache-dir -r requirements.txt

COPY notebooks notebooks/
COPY .jupyter .jupyter/

# the lessons belong to root, and the learner's copies and data are in a folder of the learner's
RUN useradd --create-home --uid 1000 learner
USER 1000
ENV MY_LESSONS=/home/learner/my_lessons LESSON_DATA=/home/learner/data

EXPOSE 8888
HEALTHCHECK --start-period=60s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8888/api')"]
CMD ["python", "-m", "helpers", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser"]
