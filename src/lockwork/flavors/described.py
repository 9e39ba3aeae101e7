"""Flavors that no pipeline of ours drives yet: kept, checked and described all the same."""

from lockwork.domain.stacks import Attribute, ComponentType, Flavor
from lockwork.flavors.contract import Provider


def _text(name: str, help_: str, *, required: bool = False, sensitive: bool = False) -> Attribute:
    return Attribute(name=name, help=help_, required=required, sensitive=sensitive)


_FLAVORS = (
    Flavor(
        name="kubernetes",
        type=ComponentType.STEP_OPERATOR,
        help="runs single steps as pods",
        attributes=(
            _text("kubernetes_context", "a context of the kubeconfig file"),
            _text("kubernetes_namespace", "where the pods run"),
            _text("service_account_name", "whose rights the pods have"),
            Attribute(name="incluster", help="whether this runs in the cluster already", kind="boolean"),
        ),
    ),
    Flavor(
        name="mlflow",
        type=ComponentType.MODEL_REGISTRY,
        help="models in an MLflow registry; it uses the stack's experiment tracker of that flavor",
    ),
    Flavor(
        name="mlflow",
        type=ComponentType.MODEL_DEPLOYER,
        help="serves MLflow models on this machine",
        attributes=(_text("service_path", "a folder for the services' files"),),
    ),
    Flavor(
        name="huggingface",
        type=ComponentType.MODEL_DEPLOYER,
        help="serves models on Hugging Face inference endpoints",
        attributes=(
            _text("token", "a token with write access", sensitive=True),
            _text("namespace", "a user or organisation"),
        ),
    ),
    Flavor(
        name="evidently",
        type=ComponentType.DATA_VALIDATOR,
        help="checks data and looks for drift with Evidently",
    ),
    Flavor(
        name="great_expectations",
        type=ComponentType.DATA_VALIDATOR,
        help="checks data with Great Expectations",
        attributes=(
            _text("context_root_dir", "the folder of a data context"),
            Attribute(name="configure_local_docs", help="whether to write docs locally", kind="boolean"),
        ),
    ),
    Flavor(
        name="feast",
        type=ComponentType.FEATURE_STORE,
        help="features from Feast",
        attributes=(
            _text("feast_repo", "the path or URL of a Feast repository", required=True),
            _text("online_host", "the online store's host"),
            Attribute(name="online_port", help="the online store's port", kind="integer"),
        ),
    ),
    Flavor(
        name="label_studio",
        type=ComponentType.ANNOTATOR,
        help="annotation in Label Studio",
        attributes=(
            _text("instance_url", "where Label Studio is"),
            _text("api_key", "an access token", sensitive=True),
            Attribute(name="port", help="of a local Label Studio", kind="integer"),
        ),
    ),
    Flavor(
        name="local",
        type=ComponentType.IMAGE_BUILDER,
        help="builds images with this machine's Docker",
    ),
)

PROVIDERS = tuple(Provider(flavor=flavor) for flavor in _FLAVORS)
