  $ lockwork flavor list --type artifact-store
  NAME   TYPE            HELP
  local  artifact_store  keeps outputs in a folder of this machine
  s3     artifact_store  keeps outputs in Amazon S3, or a service that speaks its protocol
  $ lockwork flavor list -o json | grep -c '"name"' > count; test $(cat count) -gt 12
  $ lockwork flavor list --type artifact_store -o json
  [
    {
      "name": "local",
      "type": "artifact_store",
      "help": "keeps outputs in a folder of this machine",
      "attributes": [
        "path"
      ]
    },
    {
      "name": "s3",
      "type": "artifact_store",
      "help": "keeps outputs in Amazon S3, or a service that speaks its protocol",
      "attributes": [
        "path",
        "key",
        "secret",
        "token",
        "region",
        "endpoint_url",
        "client_kwargs",
        "config_kwargs"
      ]
    }
  ]
  $ lockwork flavor describe s3
  name   s3
  type   artifact_store
  help   keeps outputs in Amazon S3, or a service that speaks its protocol
  needs  pip install 'lockwork[s3]'
  
  attributes
  NAME           KIND     REQUIRED  SENSITIVE  DEFAULT  HELP
  path           text     yes                           s3://BUCKET or s3://BUCKET/PREFIX
  key            text               yes                 the access key's id; without it boto3 looks as it does
  secret         text               yes                 the secret access key
  token          text               yes                 the session token of temporary credentials
  region         text                                   such as eu-central-1
  endpoint_url   text                                   of another service than Amazon's, such as MinIO
  client_kwargs  mapping                                more for boto3's client
  config_kwargs  mapping                                more for botocore's Config
  $ lockwork flavor describe mlflow --type experiment-tracker
  name   mlflow
  type   experiment_tracker
  help   tracks experiments with MLflow
  needs  pip install 'lockwork[mlflow]'
  
  attributes
  NAME                       KIND     REQUIRED  SENSITIVE  DEFAULT  HELP
  tracking_uri               text                                   the server, tried for 12 s (MLFLOW_HTTP_REQUEST_MAX_RETRIES); without one, files beside the artifacts
  tracking_username          text               yes                 who logs in to the server
  tracking_password          text               yes                 that user's password
  tracking_token             text               yes                 a bearer token, in place of both
  tracking_insecure_tls      boolean                                accept any certificate of the server
  tracking_server_cert_path  text                                   a file of certificates to trust
  tracking_client_cert_path  text                                   a file with a certificate of our own
  registry_uri               text                                   the model registry, where it is not the server
  databricks_host            text                                   a Databricks workspace, in place of a server
  experiment_name            text                                   for all steps; without it, the pipeline's name
  
  settings experiment_tracker.mlflow
  NAME             KIND     REQUIRED  SENSITIVE  DEFAULT  HELP
  experiment_name  text                                   the experiment to log to
  run_name         text                                   what runs are called; without it, as the step
  tags             mapping                                tags for each run
  nested           boolean                       no       give the runs of all steps one parent
  $ lockwork flavor describe slack -o json | grep -A 3 ways
    "ways": [
      [
        "slack_token",
        "slack_channel_id"
  $ lockwork flavor describe slack
  name    slack
  type    alerter
  help    writes into a Slack channel
  one of  slack_token and slack_channel_id, or slack_token and default_slack_channel_id, or webhook_url
  
  attributes
  NAME                      KIND  REQUIRED  SENSITIVE  DEFAULT                HELP
  slack_token               text            yes                               a bot's token, xoxb-…
  slack_channel_id          text                                              the channel to write to, with slack_token
  default_slack_channel_id  text                                              the same, as older scripts call it
  webhook_url               text            yes                               an incoming webhook, in place of both
  base_url                  text                       https://slack.com/api  of another Slack than the public one
  $ lockwork flavor describe mlflow
  error: flavor 'mlflow' is one of experiment-tracker and of model-registry and of model-deployer
  hint: add --type experiment-tracker or --type model-registry or --type model-deployer
  [1]
  $ lockwork flavor describe mlfow
  error: no flavor 'mlfow'; did you mean 'mlflow'?
  hint: lockwork flavor list
  [1]
  $ lockwork flavor describe slack --type orchestrator
  error: no flavor of orchestrator 'slack'
  hint: there are: local
  [1]
  $ lockwork flavor describe slack --type orchestra
  error: 'orchestra' is not a component type
  hint: the types are: orchestrator, artifact-store, experiment-tracker, step-operator, container-registry, alerter, model-registry, model-deployer, data-validator, feature-store, annotator, image-builder
  [1]
  $ lockwork flavor list --type nope
  error: 'nope' is not a component type
  hint: the types are: orchestrator, artifact-store, experiment-tracker, step-operator, container-registry, alerter, model-registry, model-deployer, data-validator, feature-store, annotator, image-builder
  [1]
  $ lockwork flavor describe
  error: missing argument 'FLAVOR'
  hint: lockwork flavor describe --help
  [2]
  $ lockwork flavor list x
  error: lockwork flavor list: a word too many
  hint: lockwork flavor list --help
  [2]
  $ test -e $LOCKWORK_HOME/lockwork.db
  [1]
