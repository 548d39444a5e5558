"""Settings for The Littlest JupyterHub. docs/class.md says where this file goes."""

PROJECT = "/srv/pytorch-by-hand"  # where the administrator has put the project, and MNIST

c = get_config()  # noqa: F821  JupyterHub defines it where this file is read

# Each learner works in copies at home. They are made, or renewed, before the server starts.
c.Spawner.cmd = ["bash", "-c", 'python -m helpers copies && exec jupyterhub-singleuser "$@"', "-"]
c.Spawner.notebook_dir = "~/my_lessons"
c.Spawner.default_url = "/lab/tree/01_tensors_and_autograd.ipynb"
c.Spawner.args = [f"--LabApp.app_settings_dir={PROJECT}/.jupyter"]
c.Spawner.environment = {
    "MY_LESSONS": "~/my_lessons",
    # MNIST is stored once and read by everyone. Learners can't write there: what a lesson saves
    # goes into a temporary folder, and a printed line says so.
    "LESSON_DATA": f"{PROJECT}/data",
    # Threads of several kernels that wait for each other on the same cores slow everyone down.
    "OMP_NUM_THREADS": "1",
}

# For each learner. docs/class.md says where these numbers come from.
c.Spawner.mem_limit = "3G"
c.Spawner.cpu_limit = 2
