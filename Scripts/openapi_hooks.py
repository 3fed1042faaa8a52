"""What schemathesis is taught before Scripts/check-openapi lets it loose on an exchange."""

import itertools
import json

import schemathesis

strangers = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Each call comes from an address of its own, by the word of a proxy (access.proxies).

    Calls with no valid key are what half of the checks are about; from one address, few are answered with anything but 429.
    """
    number = next(strangers)
    case.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@schemathesis.deserializer("application/jose", "text/event-stream")
def text(context, response):
    return response.content.decode("utf-8")


@schemathesis.deserializer("application/x-ndjson")
def lines(context, response):
    """The schema is a line's: the first is held to it. Every one is by the tests of the API (DescribedAnswers)."""
    return [json.loads(line) for line in response.content.splitlines()][0]


@schemathesis.deserializer("application/gzip")
def archive(context, response):
    if response.status_code == 200 and not response.content.startswith(b"\x1f\x8b"):
        raise ValueError("not gzip")
    return {}
