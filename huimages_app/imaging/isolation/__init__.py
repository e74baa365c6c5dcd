"""Decoding in worker processes that have no other rights.

Untrusted pictures are decoded by C libraries.  A picture that crashes one, or takes control
of it, then has a process without files, network and secrets.

    server process                      fork server                     worker
    IsolatedDecoder, WorkerPool   --->  forks a worker on request  -->  enters the sandbox,
    ForkServer, Worker            <==================================>  decodes one job at a time

The fork server is started as a new program, so it has neither descriptors nor memory of the
server process.  It has imported all modules, so a fork takes two milliseconds.
"""

from .decoder import IsolatedDecoder, worker_limits
from .sandbox import WorkerLimits

__all__ = ["IsolatedDecoder", "WorkerLimits", "worker_limits"]
