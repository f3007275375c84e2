"""Configuration: typed sections with visible defaults (``sections``), and how the files in
``config/`` become one checked value (``load``)."""

from callserver.config.load import load
from callserver.config.sections import Config

__all__ = ["Config", "load"]
