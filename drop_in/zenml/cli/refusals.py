"""Commands that are not here: each says why, and what does its work."""

from zenml.cli.leaf import refused

connect = refused("zenml connect")
service_connector = refused("zenml service-connector")
code_repository = refused("zenml code-repository")
model = refused("zenml model")
hub = refused("zenml hub")
