"""Many tests at once: which to believe, if only so many of those that one believes may be false."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import scipy

from tagger.agreement.ratings import Floats
from tagger.errors import UsageError

ROUNDING = 1e-12


def rejected(p: Sequence[float] | Floats, q: float = 0.05, method: Literal["BH", "BY"] = "BH") -> tuple[int, ...]:
    """
    Return the places of the rejected hypotheses, ascending (Benjamini & Hochberg 1995, *J. R. Stat. Soc. B* 57).

    Args:
        p: the p values, in any order.
        q: the largest expected share of false ones among the rejected.
        method: "BH" for tests that are independent or positively dependent, "BY" for any (Benjamini & Yekutieli
            2001, *Ann. Stat.* 29, 1165-1188).

    Raises:
        UsageError: a p or q is not between 0 and 1, or there is no such method.
    """
    values = np.asarray(p, dtype=float)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise UsageError("a p value is not between 0 and 1", where="p", remedy="Leave out tests that were not made")
    if not 0 <= q < 1:
        raise UsageError(f"{q} is not between 0 and 1", where="q", remedy="Give a share such as 0.05")
    if method not in ("BH", "BY"):
        raise UsageError(f"there is no method {method!r}", where="method", remedy="Choose BH or BY")
    if not len(values):
        return ()
    adjusted = scipy.stats.false_discovery_control(values, method="bh" if method == "BH" else "by")
    return tuple(np.flatnonzero(adjusted <= q + ROUNDING).tolist())
