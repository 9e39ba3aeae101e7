"""Flavors of ZenML with 10, 100 and 1,000 text attributes: each can hold a reference."""

import sys
from typing import Any

from zenml.experiment_trackers import base_experiment_tracker as base

SIZES = (10, 100, 1000)


def flavor_of(size: int) -> type:
    fields = {"__annotations__": {f"f{n}": str for n in range(size)}, "__module__": __name__}
    config = type(f"Wide{size}Config", (base.BaseExperimentTrackerConfig,), fields)
    tracker = type(f"Wide{size}Tracker", (base.BaseExperimentTracker,), {"__module__": __name__})
    told: dict[str, Any] = {"name": f"wide{size}", "config_class": config, "implementation_class": tracker}
    methods = {name: property(lambda _self, answer=answer: answer) for name, answer in told.items()}
    flavor = type(
        f"Wide{size}Flavor", (base.BaseExperimentTrackerFlavor,), {"__module__": __name__, **methods}
    )
    for made in (config, tracker, flavor):
        setattr(sys.modules[__name__], made.__name__, made)
    return flavor


for _size in SIZES:
    flavor_of(_size)
