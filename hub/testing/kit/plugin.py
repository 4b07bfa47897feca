"""``pytest --hub-kit``: the options. Imports nothing of the hub, so that an ordinary run of pytest pays nothing."""

import pytest

RUN = "hub.testing.kit.session"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The kit's options, in a group of their own."""
    group = parser.getgroup("swhub", "conformance kit of the Single Window Hub")
    group.addoption("--hub-kit", action="store_true", help="run the conformance kit on the plugin in this folder")
    group.addoption("--hub-kit-plugin", metavar="NAME", help="the plugin's entry-point name instead of this folder's")
    group.addoption("--hub-kit-report", metavar="DIR", help="write report.json and junit.xml into this folder")
    group.addoption("--hub-kit-key", metavar="PEM", help="sign the report with this key")
    group.addoption("--hub-kit-certificate", metavar="PEM", help="the certificate of that key")
    group.addoption("--hub-kit-seconds", type=float, default=30.0, metavar="S", help="the longest that a case may take")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load the kit itself only when it is wanted."""
    if config.getoption("hub_kit"):
        folder = config.getoption("hub_kit_report")
        if folder and not config.option.xmlpath:
            config.option.xmlpath = f"{folder}/junit.xml"  # pytest's own, before its plugin looks
        config.pluginmanager.import_plugin(RUN)
