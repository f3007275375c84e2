"""Mails and messages as the configuration has them, put together."""

from pathlib import Path
from typing import Final

from callserver import log
from callserver.config import Config
from callserver.config.outgoing import zone
from callserver.crm.messenger import (
    MAIL,
    MESSAGE,
    Language,
    Mails,
    Messages,
    Messenger,
    NotAttached,
    Sound,
)
from callserver.crm.notices import Notices
from callserver.model.hooks import Post
from callserver.model.mail import Attachment
from callserver.model.voicemail import VoicemailStore
from callserver.outside.postman import SmtpPostman
from callserver.recording import attachment

_NONE: Final = "none"

_log = log.get("mail")


def messengers(config: Config, store: VoicemailStore, post: Post) -> dict[str, Messenger]:
    """By the scheme of the url. Raises ``ConfigError``: the texts are not as they should be."""
    texts = notices(config)
    language = Language(
        {name: line.language for name, line in config.lines.items()}, config.speech.language
    )
    postman = SmtpPostman(config.mail) if config.mail.host else None
    sound = None if config.mail.sound == _NONE else sounds(config, store)
    service = (config.messages, config.webhooks.timeout_s)
    return {
        MAIL: Mails(texts, language, postman, sound),
        MESSAGE: Messages(texts, language, post, *service),
    }


def notices(config: Config) -> Notices:
    """The texts. Raises ``ConfigError``."""
    titles = {f"queue:{name}": queue.title for name, queue in config.queues.items()}
    titles |= {f"line:{name}": line.title for name, line in config.lines.items()}
    return Notices(config.mail.texts_dir, zone(config.outgoing.timezone), titles)


def sounds(config: Config, store: VoicemailStore) -> Sound:
    """Where mails get the sound of a voicemail from."""
    root, mail = Path(config.recording.dir).absolute(), config.mail

    async def sound(voicemail: str) -> Attachment | None:
        found = await store.voicemail(voicemail)
        if found is None or found.handling.deleted_at is not None or mail.sound == _NONE:
            return None
        try:
            content = await attachment.sound(
                root / found.left.path, mail.sound, mail.most_sound_bytes
            )
        except FileNotFoundError:
            return None
        except attachment.Unfit as error:
            # The mail goes all the same: it says where the sound is to be heard.
            _log.warning("sound_not_attached", voicemail=voicemail, why=str(error))
            raise NotAttached from error
        return Attachment(f"{voicemail}.{mail.sound}", attachment.KINDS[mail.sound], content)

    return sound
