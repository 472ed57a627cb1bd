"""How long to wait for a source, and how often to try."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    """How patient downloads are.

    Attributes
    ----------
    connect_timeout, read_timeout : float
        Seconds to wait for a connection, and for the next bytes.
    retries : int
        Further attempts after the first.
    openml_server : str
        Address of OpenML's XML interface.
    """

    connect_timeout: float
    read_timeout: float
    retries: int
    openml_server: str
