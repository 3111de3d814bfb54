//! The lists of what is known to be safe: parts of expressions, of queries and of tables, and functions.
//!
//! The parts are the names that the parser gives to the nodes of its syntax tree.

use squawk_syntax::SyntaxKind;

/// Names, types, literals and operators.
const EXPRESSION: &str = "
    LITERAL NAME_REF FIELD_EXPR CALL_EXPR ARG_LIST ARG NAMED_ARG PARAM_NAME_REF FAT_ARROW BIN_EXPR CUSTOM_OP
    PREFIX_EXPR POSTFIX_EXPR PAREN_EXPR TUPLE_EXPR CAST_EXPR COLON_COLON CASE_EXPR WHEN_CLAUSE_LIST
    WHEN_CLAUSE ELSE_CLAUSE BETWEEN_EXPR ARRAY_EXPR INDEX_EXPR SLICE_EXPR ANY_FN ALL_FN SOME_FN EXTRACT_FN
    EXTRACT_FIELD_NAME TRIM_FN TRIM_EXPRS SUBSTRING_FN SUBSTRING_EXPRS SUBSTRING_FROM_FOR SUBSTRING_FOR_FROM
    POSITION_FN AT_TIME_ZONE COLLATE COLLATION_REF IS_NOT IS_DISTINCT_FROM IS_NOT_DISTINCT_FROM NOT_IN
    NOT_LIKE NOT_ILIKE PATH PATH_REF PATH_SEGMENT PATH_SEGMENT_REF PATH_TYPE ARRAY_TYPE ARRAY_BOUND
    VARCHAR_TYPE CHARACTER_TYPE BIT_TYPE BIT_VARYING_TYPE DOUBLE_TYPE TIME_TYPE TIMESTAMP_TYPE INTERVAL_TYPE
    WITH_TIMEZONE WITHOUT_TIMEZONE COLUMN_NAME_REF LTEQ GTEQ NEQ NEQB
";

/// Queries that only read and lock no row.
const QUERY: &str = "
    SELECT SELECT_CLAUSE TARGET_LIST TARGET AS_NAME FROM_CLAUSE RELATION_FROM_ITEM RELATION_NAME_REF
    FUNCTION_FROM_ITEM FROM_ALIAS TABLE_ALIAS COLUMN_LIST COLUMN_NAME PAREN_FROM_ITEM JOIN_EXPR JOIN
    JOIN_CROSS JOIN_FULL JOIN_INNER JOIN_LEFT JOIN_RIGHT ON_CLAUSE JOIN_USING_CLAUSE WHERE_CLAUSE
    GROUP_BY_CLAUSE GROUP_BY_LIST GROUPING_EXPR HAVING_CLAUSE ORDER_BY_CLAUSE SORT_BY_LIST SORT_BY SORT_ASC
    SORT_DESC NULLS_FIRST NULLS_LAST LIMIT_CLAUSE OFFSET_CLAUSE DISTINCT_CLAUSE DISTINCT_ON DISTINCT
    COMPOUND_SELECT UNION INTERSECT EXCEPT ALL PAREN_SELECT VALUES ROW_LIST ROW WITH_CLAUSE WITH_TABLE
    CTE_NAME EXISTS_FN FILTER_CLAUSE OVER_CLAUSE OVER_WINDOW_SPEC WINDOW_SPEC PARTITION_BY_CLAUSE
";

/// The definition of a table and its columns.
const TABLE: &str = "
    IF_NOT_EXISTS TABLE_NAME TABLE_ARG_LIST COLUMN COLUMN_NAME CONSTRAINT_NAME_CLAUSE CONSTRAINT_NAME
    DEFAULT_CONSTRAINT NOT_NULL_CONSTRAINT NULL_CONSTRAINT PRIMARY_KEY_CONSTRAINT UNIQUE_CONSTRAINT
    CHECK_CONSTRAINT REFERENCES_CONSTRAINT FOREIGN_KEY_CONSTRAINT FOREIGN_KEY_COLUMN_LIST
    GENERATED_CONSTRAINT GENERATED_IDENTITY GENERATED_ALWAYS GENERATED_BY_DEFAULT GENERATED_STORED
    EXCLUDE_CONSTRAINT CONSTRAINT_INDEX_METHOD ACCESS_METHOD_REF CONSTRAINT_EXCLUSION_LIST
    CONSTRAINT_EXCLUSION OP INDEX_PARAMETERS CONSTRAINT_COLUMN_REF_LIST COLUMN_REF_LIST COLUMN_LIST
    TABLE_NAME_REF REFERENCES_TABLE ON_DELETE_ACTION ON_UPDATE_ACTION CASCADE RESTRICT NO_ACTION
    SET_NULL_COLUMNS SET_DEFAULT_COLUMNS WITH_PARAMS ATTRIBUTE_LIST ATTRIBUTE_OPTION ATTRIBUTE_NAME
    ATTRIBUTE_NAMESPACE ATTRIBUTE_VALUE LIKE_CLAUSE RELATION_NAME_REF INCLUDING_PROPERTY EXCLUDING_PROPERTY
    PROPERTY_ALL PROPERTY_COMMENTS PROPERTY_CONSTRAINTS PROPERTY_DEFAULTS PROPERTY_GENERATED
    PROPERTY_IDENTITY PROPERTY_INDEXES PROPERTY_STATISTICS PROPERTY_STORAGE SEQUENCE_OPTION_LIST
";

/// Statements and actions with the parts that only they may have.
const OTHER: [(SyntaxKind, &str); 14] = [
    (SyntaxKind::CREATE_TABLE, TABLE),
    (
        SyntaxKind::CREATE_VIEW,
        "
        VIEW COLUMN_LIST COLUMN_NAME WITH_PARAMS ATTRIBUTE_LIST ATTRIBUTE_OPTION ATTRIBUTE_NAME
        ATTRIBUTE_VALUE
",
    ),
    (
        SyntaxKind::CREATE_INDEX,
        "
        INDEX IF_NOT_EXISTS TABLE_RELATION_NAME TABLE_NAME_REF USING_METHOD ACCESS_METHOD_REF
        PARTITION_ITEM_LIST PARTITION_ITEM SORT_ASC SORT_DESC NULLS_FIRST NULLS_LAST INDEX_INCLUDE_CLAUSE
        OP_CLASS_REF NULLS_DISTINCT NULLS_NOT_DISTINCT WITH_PARAMS ATTRIBUTE_LIST ATTRIBUTE_OPTION
        ATTRIBUTE_NAME ATTRIBUTE_VALUE WHERE_CLAUSE COLUMN_LIST
",
    ),
    (
        SyntaxKind::CREATE_TYPE,
        "
        TYPE_NAME ENUM_TYPE VARIANT_LIST VARIANT COMPOSITE_TYPE COMPOSITE_FIELD_LIST COMPOSITE_FIELD_DEF
        COMPOSITE_FIELD
",
    ),
    (SyntaxKind::CREATE_SCHEMA, "IF_NOT_EXISTS NAMED_SCHEMA SCHEMA"),
    (SyntaxKind::CREATE_SEQUENCE, "IF_NOT_EXISTS SEQUENCE"),
    (
        SyntaxKind::CREATE_FUNCTION,
        "
        FUNCTION_NAME PARAM_LIST PARAM PARAM_NAME PARAM_DEFAULT RET_TYPE FUNC_OPTION_LIST
        LANGUAGE_FUNC_OPTION LANGUAGE_REF IMMUTABLE STABLE STRICT_FUNC_OPTION PARALLEL_FUNC_OPTION
        RETURNS_NULL_ON_NULL_INPUT_FUNC_OPTION AS_FUNC_OPTION AS_DEFINITION RETURN_STMT
",
    ),
    (
        SyntaxKind::GRANT,
        "
        REVOKE_COMMAND_LIST REVOKE_COMMAND ROLE_REF ROLE_NAME_REF ROLE_REF_LIST ON_PRIVILEGE_OBJECTS_CLAUSE
        PRIVILEGE_DEFAULT PRIVILEGE_TABLE PRIVILEGE_SEQUENCE RELATION_NAME_REF SEQUENCE_REF COLUMN_REF_LIST
",
    ),
    (
        SyntaxKind::INSERT,
        "
        RELATION_NAME_REF COLUMN_TARGET_LIST COLUMN_TARGET ON_CONFLICT_CLAUSE CONFLICT_DO_NOTHING
        CONFLICT_ON_INDEX CONFLICT_INDEX_ITEM_LIST CONFLICT_INDEX_ITEM CONFLICT_ON_CONSTRAINT
        CONSTRAINT_NAME_REF CONFLICT_DO_UPDATE_SET SET_CLAUSE SET_COLUMN_LIST SET_SINGLE_COLUMN SET_EXPR
        OVERRIDING_SYSTEM_VALUE OVERRIDING_USER_VALUE DEFAULT_VALUES REQUIRED_AS_ALIAS
",
    ),
    (
        SyntaxKind::UPDATE,
        "
        RELATION_NAME OPTIONAL_AS_ALIAS SET_CLAUSE SET_COLUMN_LIST SET_SINGLE_COLUMN SET_EXPR COLUMN_TARGET
",
    ),
    (SyntaxKind::DELETE, "RELATION_NAME OPTIONAL_AS_ALIAS USING_CLAUSE"),
    (SyntaxKind::ADD_COLUMN, TABLE),
    (SyntaxKind::ADD_CONSTRAINT, TABLE),
    (
        SyntaxKind::ALTER_COLUMN,
        "
        SET_DEFAULT DROP_NOT_NULL SET_STATISTICS SET_NOT_NULL DROP_DEFAULT SET_STORAGE
",
    ),
];

/// The options of a new column of a table with rows: none that reads or rewrites them.
const ADDED_COLUMN: &str =
    "ADD_COLUMN IF_NOT_EXISTS COLUMN_NAME DEFAULT_CONSTRAINT NOT_NULL_CONSTRAINT NULL_CONSTRAINT";

/// Statements with a query in them.
const WITH_QUERY: &str = "SELECT VALUES COMPOUND_SELECT PAREN_SELECT CREATE_VIEW INSERT UPDATE DELETE";

/// Functions that change nothing and end soon.
const FUNCTIONS: &str = "
    abs age array_agg array_length avg btrim by_hash by_range cardinality ceil ceiling char_length coalesce
    concat concat_ws count date_part date_trunc decode dense_rank digest encode exp extract first
    first_value floor format gen_random_uuid greatest isfinite json_build_object jsonb_agg
    jsonb_array_length jsonb_build_array jsonb_build_object jsonb_typeof lag last last_value lead least left
    length ln log lower ltrim make_interval make_timestamptz max md5 min mod now nullif octet_length
    percentile_cont power rank regexp_replace replace right round row_number rtrim sha256 sign split_part
    sqrt starts_with stddev string_agg strpos substr substring sum time_bucket timezone to_char to_date
    to_json to_jsonb to_number to_timestamp translate trim trunc upper
";

/// Functions with the same result for every row of a statement: a new column with such a default rewrites nothing.
const CONSTANT_FUNCTIONS: &str = "now timezone coalesce make_interval lower upper";

/// Types that a new column of a table with rows may have: without a sequence and without a check of their own.
const TYPES: &str = "
    bigint bool boolean bytea cidr date decimal float4 float8 inet int int2 int4 int8 integer json jsonb
    numeric real smallint text timestamptz uuid
";

/// Makes a hypertable of a table.
pub(super) const CREATE_HYPERTABLE: &str = "create_hypertable";

/// Returns whether a statement or an action of `kind` may have a part of kind `part`.
pub(super) fn may_have(kind: SyntaxKind, part: SyntaxKind) -> bool {
    let own = OTHER.iter().find(|(other, _)| *other == kind).map_or("", |(_, parts)| parts);
    has(EXPRESSION, part) || has(own, part) || (has(WITH_QUERY, kind) && has(QUERY, part))
}

/// Returns whether a new column of a table with rows may have a part of `kind`.
pub(super) fn may_be_added(kind: SyntaxKind) -> bool {
    has(ADDED_COLUMN, kind)
}

/// Returns whether a function is known to change nothing.
pub(super) fn is_harmless(function: &str) -> bool {
    contains(FUNCTIONS, in_catalog(function))
}

/// Returns whether a function has the same result for every row of a statement.
pub(super) fn is_constant(function: &str) -> bool {
    contains(CONSTANT_FUNCTIONS, in_catalog(function))
}

/// Returns whether a type is built in, and neither a sequence nor a domain.
pub(super) fn is_plain_type(name: &str) -> bool {
    contains(TYPES, in_catalog(name))
}

fn in_catalog(name: &str) -> &str {
    name.strip_prefix("pg_catalog.").unwrap_or(name)
}

fn has(list: &str, kind: SyntaxKind) -> bool {
    contains(list, &format!("{kind:?}"))
}

fn contains(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_listed_part_is_one_that_the_parser_knows() {
        let last = SyntaxKind::__LAST as u16;
        let known: BTreeSet<String> = (0..last).map(|kind| format!("{:?}", SyntaxKind::from(kind))).collect();
        let own = OTHER.iter().map(|(_, parts)| *parts);
        for list in own.chain([EXPRESSION, QUERY, TABLE, ADDED_COLUMN, WITH_QUERY]) {
            for part in list.split_whitespace() {
                assert!(known.contains(part), "{part}");
            }
        }
    }
}
