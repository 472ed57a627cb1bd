# Snakemake looks at all ready jobs again a second after it has looked at them, for its limit on jobs per second. Each
# job that ends begins another such series, and none ends while a job is ready: after 300 jobs they are looked at 300
# times a second, which takes a core. One series is enough. `make load` measures it; seen in Snakemake 9.27.
import contextlib
import threading


def look_again(scheduler, delay):
    """Wake the scheduler after a delay, unless that is going to happen anyway."""

    def wake():
        # First, for the scheduler may ask for the next time as soon as it is awake.
        scheduler.waiting_to_look = False
        scheduler._open_jobs.release()

    if not getattr(scheduler, "waiting_to_look", False):
        scheduler.waiting_to_look = True
        threading.Timer(delay, wake).start()


# Where there is no such method, there is nothing to do.
with contextlib.suppress(ImportError):
    from snakemake.scheduling.job_scheduler import JobScheduler

    if hasattr(JobScheduler, "_schedule_reevalutation"):
        JobScheduler._schedule_reevalutation = look_again
