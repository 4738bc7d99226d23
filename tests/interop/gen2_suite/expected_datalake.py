"""The tests that are known to fail, and why. A test that is not here must pass, and one that is here must fail."""

LEFT_OUT = {}

FAILURES = {
    "queries over the content of files are not emulated": [
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_datalake_expression",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_input_in_parquet_format",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_output_records_excluding_headers",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_output_records_including_headers",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_records",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_records_with_encoding",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_records_with_fatal_error_handler",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_records_with_fatal_error_handler_raise",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_records_with_fatal_error_ignore",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_records_with_json_serialization_setting",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_records_with_nonfatal_error_handler",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_records_with_nonfatal_error_ignore",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_records_with_progress",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_iter_records_with_serialization_setting",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_output_in_arrow_format",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_output_in_parquet_format",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_readall",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_readall_with_encoding",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_readall_with_fatal_error_handler",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_readall_with_fatal_error_handler_raise",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_readall_with_fatal_error_ignore",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_readall_with_json_serialization_setting",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_readall_with_nonfatal_error_handler",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_readall_with_nonfatal_error_ignore",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_readall_with_serialization_setting",
        "test_quick_query.py::TestStorageQuickQuery::test_quick_query_with_only_input_json_serialization_setting",
        "test_cpk.py::TestDatalakeCpk::test_query_file_cpk",
    ],
}
