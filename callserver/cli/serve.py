"""``callserver serve``: the server itself."""

from callserver.cli.shared import ConfigFile, read_config


def serve(config: ConfigFile = None) -> None:
    """Run the server. TERM or Ctrl-C lets running calls end; a second one ends them."""
    from callserver import serving

    serving.run(read_config(config))
