"""Whether mail can go out: the server is spoken to, and nothing is sent."""

import asyncio

from callserver.cli.checks.finding import Finding, fail, ok
from callserver.config import Config
from callserver.model.errors import ConfigError, OutsideError

DEADLINE_S = 10.0


def mail(config: Config) -> Finding:
    """The server, TLS, user and password, and the texts."""
    from callserver.outside.messengers import notices
    from callserver.outside.postman import SmtpPostman

    if not config.mail.host:
        return ok("mail", "none is sent (mail.host is empty)")
    where = f"{config.mail.host}:{config.mail.port}"
    try:
        notices(config)
        settings = config.mail.model_copy(
            update={"timeout_s": min(config.mail.timeout_s, DEADLINE_S)}
        )
        asyncio.run(SmtpPostman(settings).look())
    except (OutsideError, ConfigError) as error:
        what, _, cure = str(error).rpartition("; ")
        return fail("mail", what or str(error), cure if what else "config/callserver.yaml: mail")
    return ok("mail", f"{where} lets us in")
