"""Secrets given as a whole: which attributes their keys fill."""

from __future__ import annotations

from lockwork.domain.references import Reference
from lockwork.domain.stacks import ComponentType
from lockwork.flavors import registry, whole_secrets


def test_the_keys_that_are_there_are_referred_to():
    """Each key that the flavor knows fills its attribute; others are left alone."""
    s3 = registry.flavor(ComponentType.ARTIFACT_STORE, "s3")
    found = whole_secrets.filled_from(s3, "aws", ["aws_access_key_id", "aws_session_token", "colour"])
    assert found == {"key": "{{aws.aws_access_key_id}}", "token": "{{aws.aws_session_token}}"}


def test_before_the_secret_is_there_the_usual_keys_are_taken():
    """Without the keys, those of credentials that last are referred to: a token belongs to others."""
    s3 = registry.flavor(ComponentType.ARTIFACT_STORE, "s3")
    assert [*whole_secrets.filled_from(s3, "aws")] == ["key", "secret"]


def test_a_flavor_that_is_not_known_is_filled_with_nothing():
    """Where it is not known which key is for what, nothing is guessed."""
    mlflow = registry.flavor(ComponentType.EXPERIMENT_TRACKER, "mlflow")
    assert whole_secrets.filled_from(mlflow, "ml", ["username", "password"]) == {}


def test_every_row_names_attributes_that_there_are():
    """The table names flavors that are built in, and sensitive attributes of theirs."""
    for (type_, name), keys in whole_secrets._KEYS.items():
        flavor = registry.flavor(type_, name)
        for attribute, key in keys.items():
            declared = flavor.attribute(attribute)
            assert declared is not None
            assert declared.sensitive
            assert Reference.parse(f"{{{{x.{key}}}}}").key == key
