"""Values that study.toml gives a share of their own, and that are nowhere in the study."""

from __future__ import annotations

from pathlib import Path

from tagger.config import FILE
from tagger.errors import SettingsError
from tagger.steps.workplace import Workplace


def check_shares(place: Workplace) -> None:
    """
    Refuse shares of values that neither this run's framework has nor any that the study holds.

    Raises:
        SettingsError: a value is not known.
    """
    own = [value.id for value in place.framework.values]
    unknown = [name for name in place.settings.suggestions.shares if name not in own]
    if unknown and place.store.path.exists():
        with place.store.session("a look at the values") as database:
            held = {name for (name,) in database.rows("SELECT DISTINCT value_id FROM framework_values")}
        unknown = [name for name in unknown if name not in held]
    if unknown:
        raise SettingsError(
            f"there is no value {', '.join(unknown)}",
            where=f"{Path(place.run.study) / FILE}, [suggestions] shares",
            remedy=f"Name one of {', '.join(own)}",
        )
