"""Which family of the kit knows which operators.

Operators are named by the import path of their class, families by `module:attribute`: neither is imported for tasks
of another kind. A subclass belongs to the nearest of its base classes that is named here.
"""

from __future__ import annotations

_SQL = "lineage_kit.extractors.sql.family:FAMILY"
_CHECKS = "lineage_kit.extractors.sql.checks:FAMILY"
_DBT = "lineage_kit.extractors.dbt"
_GX = "lineage_kit.extractors.great_expectations.family"
_LOADING = "lineage_kit.extractors.sql.loading"
_SENSORS = "lineage_kit.extractors.sensors"
_SERVICES = "lineage_kit.extractors.services"
_TRANSFERS = "lineage_kit.extractors.transfers"
_FILES = f"{_TRANSFERS}.files"
_FILES_TO_SQL = f"{_TRANSFERS}.files_to_sql"
_SQL_TO_FILES = f"{_TRANSFERS}.sql_to_files"
_SQL_TO_SQL = f"{_TRANSFERS}.sql_to_sql"
_WAREHOUSES = f"{_TRANSFERS}.warehouses"

OPERATORS: dict[str, str] = {
    "airflow.operators.bash.BashOperator": f"{_DBT}.family:bash",
    "airflow.providers.standard.operators.bash.BashOperator": f"{_DBT}.family:bash",
    "airflow.providers.amazon.aws.operators.ecs.EcsRunTaskOperator": f"{_DBT}.remote:ecs_run_task",
    "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator": f"{_DBT}.remote:kubernetes_pod",
    "airflow.providers.docker.operators.docker.DockerOperator": f"{_DBT}.remote:docker",
    "airflow.providers.ssh.operators.ssh.SSHOperator": f"{_DBT}.remote:ssh",
    "cosmos.operators.base.AbstractDbtBase": f"{_DBT}.cosmos:remote",
    "cosmos.operators.local.AbstractDbtLocalBase": f"{_DBT}.cosmos:local",
    "great_expectations_provider.operators.validate_batch.GXValidateBatchOperator": f"{_GX}:validation",
    "great_expectations_provider.operators.validate_checkpoint.GXValidateCheckpointOperator": f"{_GX}:validation",
    "great_expectations_provider.operators.validate_dataframe.GXValidateDataFrameOperator": f"{_GX}:validation",
    "airflow.providers.common.sql.operators.sql.BaseSQLOperator": _SQL,
    "airflow.providers.common.sql.operators.sql.BranchSQLOperator": _CHECKS,
    "airflow.providers.common.sql.operators.sql.SQLCheckOperator": _CHECKS,
    "airflow.providers.common.sql.operators.sql.SQLColumnCheckOperator": _CHECKS,
    "airflow.providers.common.sql.operators.sql.SQLIntervalCheckOperator": _CHECKS,
    "airflow.providers.common.sql.operators.sql.SQLTableCheckOperator": _CHECKS,
    "airflow.providers.common.sql.operators.sql.SQLThresholdCheckOperator": _CHECKS,
    "airflow.providers.common.sql.operators.sql.SQLValueCheckOperator": _CHECKS,
    "airflow.providers.common.sql.operators.sql.SQLBulkLoadOperator": f"{_LOADING}:sql_bulk_load",
    "airflow.providers.common.sql.operators.sql.SQLInsertRowsOperator": f"{_LOADING}:sql_insert_rows",
    "airflow.providers.common.sql.operators.generic_transfer.GenericTransfer": f"{_SQL_TO_SQL}:generic_transfer",
    "airflow.providers.apache.hive.transfers.hive_to_mysql.HiveToMySqlOperator": f"{_SQL_TO_SQL}:hive_to_mysql",
    "airflow.providers.apache.hive.transfers.mssql_to_hive.MsSqlToHiveOperator": f"{_SQL_TO_SQL}:mssql_to_hive",
    "airflow.providers.apache.hive.transfers.mysql_to_hive.MySqlToHiveOperator": f"{_SQL_TO_SQL}:mysql_to_hive",
    "airflow.providers.apache.hive.transfers.vertica_to_hive.VerticaToHiveOperator": f"{_SQL_TO_SQL}:vertica_to_hive",
    "airflow.providers.mysql.transfers.presto_to_mysql.PrestoToMySqlOperator": f"{_SQL_TO_SQL}:presto_to_mysql",
    "airflow.providers.mysql.transfers.trino_to_mysql.TrinoToMySqlOperator": f"{_SQL_TO_SQL}:trino_to_mysql",
    "airflow.providers.mysql.transfers.vertica_to_mysql.VerticaToMySqlOperator": f"{_SQL_TO_SQL}:vertica_to_mysql",
    "airflow.providers.oracle.transfers.oracle_to_oracle.OracleToOracleOperator": f"{_SQL_TO_SQL}:oracle_to_oracle",
    "airflow.providers.teradata.transfers.teradata_to_teradata.TeradataToTeradataOperator": (
        f"{_SQL_TO_SQL}:teradata_to_teradata"
    ),
    "airflow.providers.amazon.aws.transfers.s3_to_sql.S3ToSqlOperator": f"{_FILES_TO_SQL}:s3_to_sql",
    "airflow.providers.apache.hive.transfers.s3_to_hive.S3ToHiveOperator": f"{_FILES_TO_SQL}:s3_to_hive",
    "airflow.providers.mysql.transfers.s3_to_mysql.S3ToMySqlOperator": f"{_FILES_TO_SQL}:s3_to_mysql",
    "airflow.providers.presto.transfers.gcs_to_presto.GCSToPrestoOperator": f"{_FILES_TO_SQL}:gcs_to_presto",
    "airflow.providers.teradata.transfers.azure_blob_to_teradata.AzureBlobStorageToTeradataOperator": (
        f"{_FILES_TO_SQL}:azure_blob_to_teradata"
    ),
    "airflow.providers.teradata.transfers.s3_to_teradata.S3ToTeradataOperator": f"{_FILES_TO_SQL}:s3_to_teradata",
    "airflow.providers.trino.transfers.gcs_to_trino.GCSToTrinoOperator": f"{_FILES_TO_SQL}:gcs_to_trino",
    "airflow.providers.amazon.aws.transfers.exasol_to_s3.ExasolToS3Operator": f"{_SQL_TO_FILES}:exasol_to_s3",
    "airflow.providers.amazon.aws.transfers.hive_to_dynamodb.HiveToDynamoDBOperator": (
        f"{_SQL_TO_FILES}:hive_to_dynamodb"
    ),
    "airflow.providers.amazon.aws.transfers.sql_to_s3.SqlToS3Operator": f"{_SQL_TO_FILES}:sql_to_s3",
    "airflow.providers.apache.druid.transfers.hive_to_druid.HiveToDruidOperator": f"{_SQL_TO_FILES}:hive_to_druid",
    "airflow.providers.apache.hive.transfers.hive_to_samba.HiveToSambaOperator": f"{_SQL_TO_FILES}:hive_to_samba",
    "airflow.providers.google.cloud.transfers.sql_to_gcs.BaseSQLToGCSOperator": f"{_TRANSFERS}.sql_to_gcs:sql_to_gcs",
    "airflow.providers.slack.transfers.base_sql_to_slack.BaseSqlToSlackOperator": f"{_SQL_TO_FILES}:sql_to_slack",
    "airflow.providers.amazon.aws.transfers.redshift_to_s3.RedshiftToS3Operator": f"{_WAREHOUSES}:redshift_to_s3",
    "airflow.providers.amazon.aws.transfers.s3_to_redshift.S3ToRedshiftOperator": f"{_WAREHOUSES}:s3_to_redshift",
    "airflow.providers.google.cloud.transfers.bigquery_to_sql.BigQueryToSqlBaseOperator": (
        f"{_WAREHOUSES}:bigquery_to_sql"
    ),
    "airflow.providers.snowflake.transfers.copy_into_snowflake.CopyFromExternalStageToSnowflakeOperator": (
        f"{_WAREHOUSES}:copy_into_snowflake"
    ),
    "airflow.providers.amazon.aws.transfers.azure_blob_to_s3.AzureBlobStorageToS3Operator": (
        f"{_FILES}_azure:azure_blob_to_s3"
    ),
    "airflow.providers.amazon.aws.transfers.dynamodb_to_s3.DynamoDBToS3Operator": f"{_FILES}_aws:dynamodb_to_s3",
    "airflow.providers.amazon.aws.transfers.ftp_to_s3.FTPToS3Operator": f"{_FILES}_remote_s3:ftp_to_s3",
    "airflow.providers.amazon.aws.transfers.glacier_to_gcs.GlacierToGCSOperator": f"{_FILES}_aws:glacier_to_gcs",
    "airflow.providers.amazon.aws.transfers.google_api_to_s3.GoogleApiToS3Operator": f"{_FILES}_http:google_api_to_s3",
    "airflow.providers.amazon.aws.transfers.http_to_s3.HttpToS3Operator": f"{_FILES}_http:http_to_s3",
    "airflow.providers.amazon.aws.transfers.imap_attachment_to_s3.ImapAttachmentToS3Operator": (
        f"{_FILES}_mail:imap_attachment_to_s3"
    ),
    "airflow.providers.amazon.aws.transfers.local_to_s3.LocalFilesystemToS3Operator": f"{_FILES}_local:local_to_s3",
    "airflow.providers.amazon.aws.transfers.mongo_to_s3.MongoToS3Operator": f"{_FILES}_mongo:mongo_to_s3",
    "airflow.providers.amazon.aws.transfers.s3_to_dynamodb.S3ToDynamoDBOperator": f"{_FILES}_aws:s3_to_dynamodb",
    "airflow.providers.amazon.aws.transfers.s3_to_ftp.S3ToFTPOperator": f"{_FILES}_remote_s3:s3_to_ftp",
    "airflow.providers.amazon.aws.transfers.s3_to_sftp.S3ToSFTPOperator": f"{_FILES}_remote_s3:s3_to_sftp",
    "airflow.providers.amazon.aws.transfers.salesforce_to_s3.SalesforceToS3Operator": (
        f"{_FILES}_salesforce:salesforce_to_s3"
    ),
    "airflow.providers.amazon.aws.transfers.sftp_to_s3.SFTPToS3Operator": f"{_FILES}_remote_s3:sftp_to_s3",
    "airflow.providers.common.io.operators.file_transfer.FileTransferOperator": f"{_FILES}_local:file_transfer",
    "airflow.providers.ftp.operators.ftp.FTPFileTransmitOperator": f"{_FILES}_remote:ftp",
    "airflow.providers.google.cloud.transfers.gcs_to_sftp.GCSToSFTPOperator": f"{_FILES}_remote_gcs:gcs_to_sftp",
    "airflow.providers.google.cloud.transfers.gdrive_to_gcs.GoogleDriveToGCSOperator": f"{_FILES}_google:drive_to_gcs",
    "airflow.providers.google.cloud.transfers.gdrive_to_local.GoogleDriveToLocalOperator": (
        f"{_FILES}_google:drive_to_local"
    ),
    "airflow.providers.google.cloud.transfers.http_to_gcs.HttpToGCSOperator": f"{_FILES}_http:http_to_gcs",
    "airflow.providers.google.cloud.transfers.mongo_to_gcs.MongoToGCSOperator": f"{_FILES}_mongo:mongo_to_gcs",
    "airflow.providers.google.cloud.transfers.salesforce_to_gcs.SalesforceToGcsOperator": (
        f"{_FILES}_salesforce:salesforce_to_gcs"
    ),
    "airflow.providers.google.cloud.transfers.sftp_to_gcs.SFTPToGCSOperator": f"{_FILES}_remote_gcs:sftp_to_gcs",
    "airflow.providers.google.cloud.transfers.sheets_to_gcs.GoogleSheetsToGCSOperator": (
        f"{_FILES}_google:sheets_to_gcs"
    ),
    "airflow.providers.google.suite.transfers.gcs_to_sheets.GCSToGoogleSheetsOperator": (
        f"{_FILES}_google:gcs_to_sheets"
    ),
    "airflow.providers.sftp.operators.sftp.SFTPOperator": f"{_FILES}_remote:sftp",
    "airflow.providers.amazon.aws.operators.appflow.AppflowBaseOperator": f"{_SERVICES}.appflow:appflow_run",
    "airflow.providers.amazon.aws.operators.athena.AthenaOperator": f"{_SERVICES}.athena:athena",
    "airflow.providers.amazon.aws.operators.bedrock.BedrockBatchInferenceOperator": (
        f"{_SERVICES}.aws_moves:bedrock_batch"
    ),
    "airflow.providers.amazon.aws.operators.comprehend.ComprehendCreateDocumentClassifierOperator": (
        f"{_SERVICES}.aws_moves:comprehend"
    ),
    "airflow.providers.amazon.aws.operators.comprehend.ComprehendStartPiiEntitiesDetectionJobOperator": (
        f"{_SERVICES}.aws_moves:comprehend"
    ),
    "airflow.providers.amazon.aws.operators.datasync.DataSyncOperator": f"{_SERVICES}.aws_moves:datasync",
    "airflow.providers.amazon.aws.operators.dms.DmsCreateReplicationConfigOperator": f"{_SERVICES}.dms:dms_definition",
    "airflow.providers.amazon.aws.operators.dms.DmsCreateTaskOperator": f"{_SERVICES}.dms:dms_definition",
    "airflow.providers.amazon.aws.operators.dms.DmsReloadTablesOperator": f"{_SERVICES}.dms:dms_reload_tables",
    "airflow.providers.amazon.aws.operators.dms.DmsStartReplicationOperator": f"{_SERVICES}.dms:dms_start_replication",
    "airflow.providers.amazon.aws.operators.dms.DmsStartTaskOperator": f"{_SERVICES}.dms:dms_start_task",
    "airflow.providers.amazon.aws.operators.glue.GlueDataQualityRuleRecommendationRunOperator": (
        f"{_SERVICES}.glue_quality:glue_recommended_rules"
    ),
    "airflow.providers.amazon.aws.operators.glue.GlueDataQualityRuleSetEvaluationRunOperator": (
        f"{_SERVICES}.glue_quality:glue_quality_run"
    ),
    "airflow.providers.amazon.aws.operators.glue.GlueJobOperator": f"{_SERVICES}.glue:glue_job",
    "airflow.providers.amazon.aws.operators.glue_catalog.GlueCatalogBatchDeletePartitionOperator": (
        f"{_SERVICES}.glue:glue_partitions"
    ),
    "airflow.providers.amazon.aws.operators.glue_catalog.GlueCatalogCreatePartitionOperator": (
        f"{_SERVICES}.glue:glue_partitions"
    ),
    "airflow.providers.amazon.aws.operators.glue_catalog.GlueCatalogCreateTableOperator": (
        f"{_SERVICES}.glue:glue_create_table"
    ),
    "airflow.providers.amazon.aws.operators.glue_catalog.GlueCatalogDeleteTableOperator": (
        f"{_SERVICES}.glue:glue_delete_table"
    ),
    "airflow.providers.amazon.aws.operators.glue_crawler.GlueCrawlerOperator": f"{_SERVICES}.glue:glue_crawler",
    "airflow.providers.amazon.aws.operators.glue_crawler.GlueCrawlerRunOperator": f"{_SERVICES}.glue:glue_crawler_run",
    "airflow.providers.amazon.aws.operators.glue_databrew.GlueDataBrewStartJobOperator": (
        f"{_SERVICES}.glue:databrew_job"
    ),
    "airflow.providers.amazon.aws.operators.rds.RdsStartExportTaskOperator": f"{_SERVICES}.aws_moves:rds_export",
    "airflow.providers.amazon.aws.operators.redshift_data.RedshiftDataOperator": (
        f"{_SERVICES}.redshift_data:redshift_data"
    ),
    "airflow.providers.amazon.aws.operators.sagemaker.SageMakerAutoMLOperator": (
        f"{_SERVICES}.aws_moves:sagemaker_automl"
    ),
    "airflow.providers.amazon.aws.operators.sagemaker.SageMakerTuningOperator": (
        f"{_SERVICES}.aws_moves:sagemaker_tuning"
    ),
    "airflow.providers.amazon.aws.sensors.glue.GlueDataQualityRuleSetEvaluationRunSensor": (
        f"{_SERVICES}.glue_quality:glue_quality_sensor"
    ),
    "airflow.providers.amazon.aws.sensors.glue_catalog_partition.GlueCatalogPartitionSensor": (
        f"{_SERVICES}.glue:glue_partition_sensor"
    ),
    "airflow.providers.airbyte.operators.airbyte.AirbyteTriggerSyncOperator": f"{_SERVICES}.airbyte:airbyte_sync",
    "airflow.providers.databricks.operators.databricks.DatabricksRunNowOperator": (
        f"{_SERVICES}.databricks:databricks_run"
    ),
    "airflow.providers.databricks.operators.databricks.DatabricksSQLStatementsOperator": (
        f"{_SERVICES}.databricks:sql_statements"
    ),
    "airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator": (
        f"{_SERVICES}.databricks:databricks_run"
    ),
    "airflow.providers.databricks.operators.databricks.DatabricksTaskBaseOperator": (
        f"{_SERVICES}.databricks:databricks_run"
    ),
    "airflow.providers.databricks.operators.databricks_sql.DatabricksCopyIntoOperator": (
        f"{_SERVICES}.databricks:copy_into"
    ),
    "airflow.providers.databricks.operators.databricks_sql.DatabricksSqlOperator": f"{_SERVICES}.databricks:SQL",
    "airflow.providers.databricks.operators.databricks_workflow._CreateDatabricksWorkflowOperator": (
        f"{_SERVICES}.databricks:databricks_run"
    ),
    "airflow.providers.microsoft.azure.operators.data_factory.AzureDataFactoryRunPipelineOperator": (
        f"{_SERVICES}.data_factory:data_factory_run"
    ),
    "airflow.providers.papermill.operators.papermill.PapermillOperator": f"{_SERVICES}.papermill:papermill",
    "airflow.providers.snowflake.operators.snowflake.SnowflakeNotebookOperator": (
        f"{_SERVICES}.snowflake:snowflake_notebook"
    ),
    "airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator": f"{_SERVICES}.snowflake:SQL_API",
    "airflow.providers.snowflake.operators.snowpark.SnowparkOperator": f"{_SERVICES}.snowflake:snowpark",
    "airflow.providers.snowflake.operators.snowpark_containers.SnowparkContainerJobOperator": (
        f"{_SERVICES}.snowflake:snowpark_container"
    ),
    "airflow.sensors.filesystem.FileSensor": f"{_SENSORS}.files:local",
    "airflow.providers.amazon.aws.sensors.dynamodb.DynamoDBValueSensor": f"{_SENSORS}.tables:dynamodb_value",
    "airflow.providers.amazon.aws.sensors.s3.S3KeySensor": f"{_SENSORS}.objects:s3_key",
    "airflow.providers.amazon.aws.sensors.s3.S3KeysUnchangedSensor": f"{_SENSORS}.objects:s3_keys_unchanged",
    "airflow.providers.common.sql.sensors.sql.SqlSensor": f"{_SENSORS}.queries:sql",
    "airflow.providers.databricks.sensors.databricks_sql.DatabricksSqlSensor": f"{_SENSORS}.queries:databricks_sql",
    "airflow.providers.ftp.sensors.ftp.FTPSensor": f"{_SENSORS}.files:ftp",
    "airflow.providers.google.cloud.sensors.bigquery.BigQueryTableExistenceSensor": f"{_SENSORS}.tables:bigquery_table",
    "airflow.providers.google.cloud.sensors.bigquery.BigQueryTablePartitionExistenceSensor": (
        f"{_SENSORS}.tables:bigquery_table"
    ),
    "airflow.providers.google.cloud.sensors.gcs.GCSObjectExistenceSensor": f"{_SENSORS}.objects:gcs_object",
    "airflow.providers.google.cloud.sensors.gcs.GCSObjectUpdateSensor": f"{_SENSORS}.objects:gcs_object",
    "airflow.providers.google.cloud.sensors.gcs.GCSObjectsWithPrefixExistenceSensor": f"{_SENSORS}.objects:gcs_prefix",
    "airflow.providers.google.cloud.sensors.gcs.GCSUploadSessionCompleteSensor": f"{_SENSORS}.objects:gcs_upload",
    "airflow.providers.google.suite.sensors.drive.GoogleDriveFileExistenceSensor": f"{_SENSORS}.files:drive",
    "airflow.providers.http.sensors.http.HttpSensor": f"{_SENSORS}.files:http",
    "airflow.providers.microsoft.azure.sensors.wasb.WasbBlobSensor": f"{_SENSORS}.objects:wasb_blob",
    "airflow.providers.microsoft.azure.sensors.wasb.WasbPrefixSensor": f"{_SENSORS}.objects:wasb_prefix",
    "airflow.providers.mongo.sensors.mongo.MongoSensor": f"{_SENSORS}.tables:mongo",
    "airflow.providers.sftp.sensors.sftp.SFTPSensor": f"{_SENSORS}.files:sftp",
    "airflow.providers.standard.sensors.filesystem.FileSensor": f"{_SENSORS}.files:local",
}

#: Families that a scheduler whose tasks are forked from it loads once for all of them.
PRELOADED = (_SQL,)

#: Hooks that report SQL and do not describe their database; what tells it instead.
HOOKS = {
    "airflow.providers.amazon.aws.hooks.athena.AthenaHook": f"{_SERVICES}.hooks:athena",
    "airflow.providers.amazon.aws.hooks.redshift_data.RedshiftDataHook": f"{_SERVICES}.hooks:redshift_data",
}
