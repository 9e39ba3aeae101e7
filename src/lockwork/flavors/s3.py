"""Flavor `s3`: outputs in a bucket of Amazon S3, or of a service that speaks its protocol."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from lockwork.domain.errors import InvalidInput, NotFound, ProviderFailed
from lockwork.domain.stacks import Attribute, ComponentType, Flavor
from lockwork.flavors.contract import Provider

T = TypeVar("T")
_ABSENT = frozenset({"NoSuchKey", "404"})


class S3ArtifactStore:
    """Objects below a prefix of a bucket. Without credentials boto3 looks for them in its own way."""

    def __init__(self, attributes: Mapping[str, Any], folder: Path) -> None:  # noqa: ARG002 - it keeps no files
        scheme, _, rest = str(attributes["path"]).partition("://")
        self._bucket, _, prefix = rest.partition("/")
        self._prefix = prefix.strip("/")
        if scheme != "s3" or not self._bucket:
            raise InvalidInput(
                "attribute 'path' of an S3 artifact store is written s3://BUCKET or s3://BUCKET/PREFIX"
            )
        self._attributes = attributes
        self._made: Any = None

    @property
    def root(self) -> str:
        """The bucket and prefix as a URI."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def put(self, name: str, data: bytes) -> str:
        """Keep `data` under a relative name; its URI."""
        key = self._key(name)
        self._asked(lambda s3: s3.put_object(Bucket=self._bucket, Key=key, Body=data), key)
        return f"s3://{self._bucket}/{key}"

    def get(self, uri: str) -> bytes:
        """What lies there."""
        start = f"{self.root}/"
        if not uri.startswith(start):
            raise InvalidInput(f"{uri!r} does not lie in this artifact store, {self.root}")
        key = self._key(uri.removeprefix(start))
        return self._asked(lambda s3: bytes(s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()), key)

    def list(self, prefix: str = "") -> Sequence[str]:
        """The URIs of all names that begin with `prefix`, in order."""
        start = f"{self._prefix}/{prefix}" if self._prefix else prefix

        def names(s3: Any) -> list[str]:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=start)
            return [found["Key"] for page in pages for found in page.get("Contents", ())]

        return [f"s3://{self._bucket}/{key}" for key in sorted(self._asked(names, start))]

    def _key(self, name: str) -> str:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts:
            raise InvalidInput(f"{name!r} is not the name of an artifact below {self.root}")
        return "/".join((self._prefix, *parts)) if self._prefix else "/".join(parts)

    def _asked(self, question: Callable[[Any], T], key: str) -> T:
        """What S3 answers; its failure as one of ours, raised where no chain keeps its text."""
        client = self._client()
        from botocore.exceptions import BotoCoreError, ClientError  # lazy: the library is there now

        try:
            return question(client)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
        except BotoCoreError as error:
            code = type(error).__name__
        if code in _ABSENT:
            raise NotFound("artifact", f"s3://{self._bucket}/{key}")
        raise ProviderFailed(
            f"S3 did not do what was asked of bucket {self._bucket!r}: {code}",
            hint="check the artifact store's path, region, endpoint_url and credentials",
        )

    def _client(self) -> Any:
        if self._made is None:
            self._made = _connected(self._attributes)
        return self._made


def _connected(attributes: Mapping[str, Any]) -> Any:
    try:
        import boto3  # lazy: heavy, and an extra that only this flavor needs
        from botocore.config import Config
    except ImportError:
        raise ProviderFailed("flavor 's3' needs boto3", hint="pip install 'lockwork[s3]'") from None
    try:
        session = boto3.session.Session(
            aws_access_key_id=attributes.get("key"),
            aws_secret_access_key=attributes.get("secret"),
            aws_session_token=attributes.get("token"),
            region_name=attributes.get("region"),
        )
        # `client_kwargs` may name it too, as users of s3fs do; under its own name it wins.
        own = {"endpoint_url": attributes["endpoint_url"]} if "endpoint_url" in attributes else {}
        config = Config(**attributes.get("config_kwargs", {}))
        return session.client("s3", config=config, **{**attributes.get("client_kwargs", {}), **own})
    except Exception as error:  # many kinds, and their texts may quote what they got
        failed = type(error).__name__
    raise ProviderFailed(
        f"boto3 refused the artifact store's configuration: {failed}",
        hint="check region, endpoint_url, client_kwargs and config_kwargs",
    )


PROVIDERS = (
    Provider(
        flavor=Flavor(
            name="s3",
            type=ComponentType.ARTIFACT_STORE,
            help="keeps outputs in Amazon S3, or a service that speaks its protocol",
            extra="s3",
            attributes=(
                Attribute(
                    name="path",
                    help="s3://BUCKET or s3://BUCKET/PREFIX",
                    required=True,
                    pattern="s3://[^/]+(/.*)?",
                    written="s3://BUCKET or s3://BUCKET/PREFIX",
                ),
                Attribute(
                    name="key", help="the access key's id; without it boto3 looks as it does", sensitive=True
                ),
                Attribute(name="secret", help="the secret access key", sensitive=True),
                Attribute(name="token", help="the session token of temporary credentials", sensitive=True),
                Attribute(name="region", help="such as eu-central-1"),
                Attribute(name="endpoint_url", help="of another service than Amazon's, such as MinIO"),
                Attribute(name="client_kwargs", help="more for boto3's client", kind="mapping"),
                Attribute(name="config_kwargs", help="more for botocore's Config", kind="mapping"),
            ),
        ),
        act=S3ArtifactStore,
    ),
)
