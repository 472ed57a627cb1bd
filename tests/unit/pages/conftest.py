from small_study import *  # noqa: F403
