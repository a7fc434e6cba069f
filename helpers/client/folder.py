"""A client's folder: where its delivered, decided and derived files are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from helpers.client.config import ClientConfig, read_config
from helpers.errors import ClientFileError, listed, quoted

CONFIG = "client.yaml"
WHAT_TO_GIVE = f"Give the client folder, the one with {CONFIG} in it: python3 workbook.py run CLIENT."


@dataclass(frozen=True)
class Client:
    """One client: the folder, with links resolved, and what client.yaml says."""

    folder: Path
    config: ClientConfig

    @property
    def name(self) -> str:
        """The client's name as the pages print it."""
        return self.config.client

    @property
    def currency(self) -> str:
        """The one currency of all money, as three capitals."""
        return self.config.currency

    @property
    def notebooks_folder(self) -> Path:
        """Decided: the client's own copies of notebooks."""
        return self.folder / "notebooks"

    @property
    def results_folder(self) -> Path:
        """Derived: one folder for each step."""
        return self.folder / "results"

    @property
    def tables_folder(self) -> Path:
        """Derived: the delivered tables, read and checked, as Parquet."""
        return self.results_folder / "tables"

    @property
    def report_folder(self) -> Path:
        """Derived: the pages."""
        return self.folder / "report"

    def data_file(self, relative: str | Path) -> Path:
        """The path of a delivered file that client.yaml names; its names start from the client's folder."""
        return self.folder / relative


def open_client(folder: str | Path) -> Client:
    """The client of a folder, with its client.yaml read and checked.

    Raises
    ------
    ClientFileError
        If the folder is not there, is a file, or holds no client.yaml; the client folders one level below are named.
    """
    given, name = Path(folder), quoted(folder, most=300)
    try:
        if not given.exists():
            raise ClientFileError(f"There is no folder {name}. {WHAT_TO_GIVE}")
        if not given.is_dir():
            raise ClientFileError(f"{name} is a file, not a folder. {WHAT_TO_GIVE}")
        resolved = given.resolve()
        if not (resolved / CONFIG).exists():
            below = sorted(path.parent.name for path in resolved.glob(f"*/{CONFIG}"))
            found = f" Client folders in it: {listed(below)}." if below else ""
            raise ClientFileError(f"There is no {CONFIG} in {name}. {WHAT_TO_GIVE}{found}")
    except (OSError, ValueError):
        # a name that the system cannot hold, or a folder that this user may not open
        raise ClientFileError(f"{name} cannot be opened. {WHAT_TO_GIVE}") from None
    return Client(folder=resolved, config=read_config(resolved / CONFIG))
