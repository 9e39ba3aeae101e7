"""`step` and `pipeline`: Lockwork's own, with what is accepted without effect."""

from lockwork.pipelines.authoring import pipeline as pipeline
from lockwork.pipelines.authoring import step as step
