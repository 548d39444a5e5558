# What JupyterHub starts for a learner, made from the image of ../Dockerfile, with MNIST in it:
#   docker build --tag REGISTRY/pytorch-by-hand-hub:TAG --file deploy/hub.Dockerfile .
FROM pytorch-by-hand:1

USER root
# nbgitpuller fetches by git
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*
# the version of JupyterHub is that of the Helm chart
RUN pip install --no-cache-dir "jupyterhub==5.5.*" nbgitpuller
COPY data/mnist.pt /opt/pytorch-by-hand/data/
ENV LESSON_DATA=/opt/pytorch-by-hand/data
USER 1000
