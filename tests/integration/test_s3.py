"""Outputs of steps in S3, with credentials from a secret: against a real server of its protocol."""

from __future__ import annotations

import boto3
import pytest

from lockwork import Client, load_output, pipeline, step
from lockwork.domain.errors import RunFailed, Tampered


@step
def numbers() -> list[int]:
    return [1, 2, 3]


@step
def total(of: list[int]) -> int:
    return sum(of)


@pipeline
def summing() -> None:
    total(numbers())


def stack_with(client: Client, url: str, bucket: str) -> None:
    client.register_component(
        "bucket",
        "s3",
        "artifact-store",
        {"path": f"s3://{bucket}/outputs", "key": "{{aws.id}}", "secret": "{{aws.key}}",
         "endpoint_url": url, "region": "us-east-1"},
    )  # fmt: skip
    client.create_stack("cloud", {"orchestrator": "default", "artifact-store": "bucket"})


def test_outputs_go_to_the_bucket_and_come_back(own_home: object, s3_url: str):
    """Both outputs are objects of the bucket, checked when loaded again; the credentials are a secret's."""
    s3 = boto3.client(
        "s3", endpoint_url=s3_url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    s3.create_bucket(Bucket="outputs")
    client = Client()
    client.create_secret("aws", {"id": "AKIA-test-id", "key": "test-secret-key"})
    stack_with(client, s3_url, "outputs")
    run = summing.with_options(stack="cloud")()
    uri = run.step("total").outputs[0].uri
    assert uri == f"s3://outputs/outputs/summing/{run.id}/total/output.json"
    assert load_output(run, "total") == 6
    assert [(s.name, s.version) for s in run.secrets] == [("aws", 1)]

    s3.put_object(Bucket="outputs", Key=uri.removeprefix("s3://outputs/"), Body=b"7")
    with pytest.raises(Tampered):
        load_output(run, "total")


def test_a_bucket_that_is_not_there_fails_the_step(own_home: object, s3_url: str):
    """The first step that stores something fails and names the bucket; no credential is in the words."""
    client = Client()
    client.create_secret("aws", {"id": "AKIA-test-id", "key": "test-secret-key"})
    stack_with(client, s3_url, "nowhere")
    with pytest.raises(RunFailed) as caught:
        summing.with_options(stack="cloud")()
    assert "step 'numbers'" in str(caught.value)
    assert "nowhere" in str(caught.value)
    assert "test-secret-key" not in str(caught.value)


def test_the_endpoint_may_stand_in_client_kwargs(own_home: object, s3_url: str):
    """As users of s3fs write it; where both are given, the attribute of that name wins."""
    login = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    boto3.client("s3", endpoint_url=s3_url, region_name="us-east-1", **login).create_bucket(Bucket="kwargs")
    client = Client()
    stated = {"path": "s3://kwargs", "key": "{{aws.id}}", "secret": "{{aws.key}}"}
    client.create_secret("aws", {"id": "AKIA-test-id", "key": "test-secret-key"})
    there = {"endpoint_url": s3_url, "region_name": "us-east-1"}
    nowhere = {"endpoint_url": "http://127.0.0.1:9"}
    client.register_component("one", "s3", "artifact-store", {**stated, "client_kwargs": there})
    both = {**stated, "endpoint_url": s3_url, "client_kwargs": {**there, **nowhere}}
    client.register_component("both", "s3", "artifact-store", both)
    for name in ("one", "both"):
        client.create_stack(name, {"orchestrator": "default", "artifact-store": name})
        run = summing.with_options(stack=name)()
        assert load_output(run, "total") == 6
