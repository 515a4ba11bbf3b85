"""Sending each epoch's metrics to a server."""

import json
import warnings
from typing import Any

import numpy as np

from lurnet.callbacks.base import Callback
from lurnet.core.errors import BadValue

__all__ = ["RemoteMonitor"]

SECONDS = 10


class RemoteMonitor(Callback):
    """Posts each epoch's logs, with ``epoch``, as JSON to a server; training goes on without one.

    Args:
        root: address of the server, http or https.
        path: path on the server.
        field: name of the form's field that holds the JSON.
        headers: HTTP headers to add.
        send_as_json: whether the JSON is the body itself, and no form.

    >>> RemoteMonitor().root
    'http://localhost:9000'
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: dict[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        if not root.startswith(("http://", "https://")):
            raise BadValue(f"RemoteMonitor: `root` must be an http(s) address, not {root!r}.")
        self.root, self.path, self.field = root, path, field
        self.headers, self.send_as_json = headers or {}, send_as_json

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Send the logs."""
        values = {k: np.asarray(v).tolist() for k, v in (logs or {}).items()}
        import urllib.error  # noqa: PLC0415 -- a twentieth of a second, at first use
        import urllib.parse  # noqa: PLC0415
        import urllib.request  # noqa: PLC0415

        text = json.dumps({"epoch": epoch} | values)
        kind = "application/json" if self.send_as_json else "application/x-www-form-urlencoded"
        body = text if self.send_as_json else urllib.parse.urlencode({self.field: text})
        headers = {"Content-Type": kind} | self.headers
        request = urllib.request.Request(self.root + self.path, body.encode(), headers)
        try:
            urllib.request.urlopen(request, timeout=SECONDS).close()
        except (urllib.error.URLError, OSError) as error:
            warnings.warn(f"RemoteMonitor could not reach {self.root}: {error}", stacklevel=2)
