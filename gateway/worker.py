"""One worker of the intake: `python -m gateway.worker NUMBER SOAP_FD OPS_FD`, by its supervisor alone.

Exit code 2 says that a setting is wrong and no worker will ever run; any other end, that another try may do.
"""

from __future__ import annotations

import os
import sys
from socket import socket

from dossier.errors import GatewayError, Unavailable
from gateway.commands.console import err
from gateway.roles.shared import Inherited
from gateway.serve import serve_worker
from gateway.settings import read_settings
from gateway.worker_metrics import metrics_folder, reserve
from gateway.workers import WRONG_SETTING


def main() -> None:
    number, soap, ops = (int(argument) for argument in sys.argv[1:])
    inherited = Inherited(number=number, soap=socket(fileno=soap), ops=socket(fileno=ops))
    try:
        settings = read_settings()
        reserve(metrics_folder(settings.data_folder), os.getpid())
        code = serve_worker(settings, inherited)
    except GatewayError as exc:
        err.print(f"kindkans-gateway: worker {number}: {exc}", markup=False, highlight=False, soft_wrap=True)
        code = 1 if isinstance(exc, Unavailable) else WRONG_SETTING
    sys.exit(code)


if __name__ == "__main__":
    main()
