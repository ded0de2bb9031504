"""The security headers of every response, and what the headers of a request say."""

from __future__ import annotations

import re

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

#: A host as browsers send it. Anything else is not copied into a header.
HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?")

#: anywidget runs the JavaScript of a widget from a `blob:` address, and widgets set styles on
#: elements. Nothing needs inline scripts or eval.
PAGE_POLICY = {
    "default-src": "'none'",
    "script-src": "'self' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "connect-src": "'self'",
    "frame-ancestors": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "object-src": "'none'",
}

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
)


def content_security_policy(policy: dict[str, str], *, host: str) -> str:
    """Write a policy as the value of a header.

    Parameters
    ----------
    policy : dict of str to str
        Directives and what they allow.
    host : str
        The host that the browser asked for. Older versions of Safari do not treat websockets to it
        as 'self'.

    Returns
    -------
    str
        The value of a ``Content-Security-Policy`` header.

    Examples
    --------
    >>> content_security_policy({"connect-src": "'self'"}, host="example.org")
    "connect-src 'self' ws://example.org wss://example.org"
    >>> content_security_policy({"connect-src": "'self'"}, host="bad host; script-src *")
    "connect-src 'self'"
    """
    sockets = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    return "; ".join(
        f"{name} {value}{sockets if name == 'connect-src' else ''}"
        for name, value in policy.items()
    )


def page_policy(frame_ancestors: str = "") -> dict[str, str]:
    """Return the policy of all pages.

    Parameters
    ----------
    frame_ancestors : str
        Sites that may show the pages in a frame, besides this site; ``'none'`` allows no site.

    Returns
    -------
    dict of str to str
        Directives and what they allow.

    Examples
    --------
    >>> policy = page_policy("https://portal.example")
    >>> policy["frame-ancestors"]
    "'self' https://portal.example"
    """
    no_site = "'none'" in frame_ancestors.split()
    others = [each for each in frame_ancestors.split() if each != "'self'"]
    return {
        **PAGE_POLICY,
        "frame-ancestors": "'none'" if no_site else " ".join(["'self'", *others]),
    }


def opens_a_page(headers: HTTPHeaders, *, frame_ancestors: str) -> bool:
    """Check whether a browser will show what it asked for, in a window or in a frame.

    Any website can make a browser ask for our pages by images and scripts. They show nothing, but
    each request would start a process.

    Parameters
    ----------
    headers : HTTPHeaders
        Of the request. Browsers send ``Sec-Fetch-Dest`` to https and to localhost only; without it
        nothing is known, and the request counts as a window's.
    frame_ancestors : str
        This directive of our policy: the sites whose frames may show the pages.

    Returns
    -------
    bool
        Whether to make the page.

    Examples
    --------
    >>> image = HTTPHeaders({"Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "cross-site"})
    >>> frame = HTTPHeaders({"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"})
    >>> opens_a_page(image, frame_ancestors="'self'"), opens_a_page(frame, frame_ancestors="'self'")
    (False, False)
    >>> opens_a_page(frame, frame_ancestors="'self' https://portal.example")
    True
    """
    destination = headers.get("Sec-Fetch-Dest", "document")
    if destination == "iframe" and frame_ancestors == "'self'":
        return headers.get("Sec-Fetch-Site") not in {"cross-site", "same-site"}
    return destination == "document" or (destination == "iframe" and frame_ancestors != "'none'")


def security_headers(policy: dict[str, str]) -> type[OutputTransform]:
    """Return a transform that adds the security headers to every response.

    Parameters
    ----------
    policy : dict of str to str
        The content security policy.

    Returns
    -------
    type of OutputTransform
        For ``tornado.web.Application.add_transform``. A transform sees the responses of all
        handlers, including those of Jupyter and tornado and error pages.
    """

    class SecurityHeaders(OutputTransform):
        def __init__(self, request: HTTPServerRequest) -> None:
            self._host = request.host
            # On other origins browsers ignore the opener policy and log a warning.
            protocol = request.headers.get("X-Forwarded-Proto", request.protocol)
            name = request.host_name.strip("[]")
            self._secure = protocol == "https" or name in ("localhost", "127.0.0.1", "::1")

        def transform_first_chunk(
            self,
            status_code: int,
            headers: HTTPHeaders,
            chunk: bytes,
            finishing: bool,  # noqa: FBT001
        ) -> tuple[int, HTTPHeaders, bytes]:
            del finishing
            headers.pop("Server", None)
            headers["Content-Security-Policy"] = content_security_policy(policy, host=self._host)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "same-origin"
            headers["Permissions-Policy"] = PERMISSIONS
            if self._secure:
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
            return status_code, headers, chunk

    return SecurityHeaders
