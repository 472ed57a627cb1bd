# What Snakemake does again and again for each job that is ready, of which a large study has thousands: what it costs
# grows with the square of the cells. `make load` measures it; seen in Snakemake 9.27.
import asyncio
import contextlib
import threading


def look_again(scheduler, delay):
    """Wake the scheduler after a delay, unless that is going to happen anyway.

    Snakemake looks at all ready jobs again a second after it has looked at them, for its limit on jobs per second.
    Each job that ends begins another such series, and none ends while a job is ready: after 300 jobs they are looked at
    300 times a second, which takes a core. One series is enough.
    """

    def wake():
        # First, for the scheduler may ask for the next time as soon as it is awake.
        scheduler.waiting_to_look = False
        scheduler._open_jobs.release()

    if not getattr(scheduler, "waiting_to_look", False):
        scheduler.waiting_to_look = True
        threading.Timer(delay, wake).start()


async def size_new_inputs(scheduler, jobs):
    """Look up how large the inputs of ready jobs are, which decides who is first; each once.

    Snakemake looks them all up whenever it looks at the ready jobs. What is there and ready does not change its size.
    """

    async def size(path):
        return path, await path.size() if await path.exists() else None

    sizes = scheduler._input_sizes
    new = {path for job in jobs for path in job.input if sizes.get(path) is None}
    sizes.update(await asyncio.gather(*map(size, new)))


# Where there is no such method, there is nothing to do.
with contextlib.suppress(ImportError):
    from snakemake.scheduling.job_scheduler import JobScheduler

    for name, instead in {
        "_schedule_reevalutation": look_again,
        "update_input_sizes": size_new_inputs,
    }.items():
        if hasattr(JobScheduler, name):
            setattr(JobScheduler, name, instead)
