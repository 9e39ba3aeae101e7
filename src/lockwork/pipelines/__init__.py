"""Pipelines: written with `@step` and `@pipeline`, checked, run step by step under a mask, recorded."""
