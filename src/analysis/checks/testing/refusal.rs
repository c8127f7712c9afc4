//! How tests say that somebody or something is turned away: by their names, by the error they wait for, by a status. No rule of its own.

use crate::analysis::pattern::Pattern;

/// A name that says that something is turned away.
pub(super) static REFUSES: Pattern = Pattern::new(
    r"(?i)refus|reject|den(?:y|ie)|forbid|forbad|cannot|can't|(?-i:Not[A-Z])|may_?not|must_?not|must not|does_?not|does not|never|blocks|fails|invalid|expired|unauthor|another|stranger|without|\bhides?\b|disallow|prevents|tampered|\blocks?_?(?:out|after)|(?-i:Locks(?:Out|After))|throttl|\brevok",
);
/// An error that a test waits for.
pub(super) static WAITS: Pattern = Pattern::new(
    r"\.rejects\b|\btoThrow|\bpytest\.raises\b|\bassertRaises|\bassert_raises\b|\bassertThrows|\bassertThatThrownBy\b|\bassertThat(?:ExceptionOfType|Illegal\w+|NullPointerException)\b|\bShould\.Throw|\bassertFailsWith|\bAssert\.(?:Throws|Catch)|\bThrows\.(?:TypeOf|InstanceOf|Exception)|\.Should\(\)\.Throw|\b[sS]houldThrow|\bexpectException|->throws\(|\braise_error\b|\bErrorIs\(|\bErrorContains\(|\bassert\.(?:Error|throws|rejects)\(|\bis_err\(\)|\bunwrap_err\(\)|\b(?:EXPECT|ASSERT)_(?:ANY_)?THROW\b|\b(?:REQUIRE|CHECK)_THROWS|\bBOOST_\w+_(?:THROW|EXCEPTION)\b|\bCPPUNIT_ASSERT_THROW|\bshould_panic\b|\bassert_failure\b|\bassertSessionHasErrors(?:In)?\(|\bassertJsonValidationErrors\w*\(|\bassertInvalid\(|\b(?:assert_int_equal|assert_return_code|ck_assert_int_eq|cr_assert_eq|g_assert_cmpint|TEST_ASSERT_EQUAL(?:_INT\w*)?|(?:EXPECT|ASSERT)_EQ)\s*\((?:\s*-(?:1|E[A-Z]{2,}\w*)\s*,|.*,\s*(?:==\s*,\s*)?-(?:1|E[A-Z]{2,}\w*)\s*\))",
);
/// An error that must not come.
pub(super) static NONE_THROWN: Pattern = Pattern::new(
    r"\b(?:EXPECT|ASSERT|BOOST_\w+)_NO_THROW\b|\b(?:REQUIRE|CHECK)_NOTHROW\b|\bassertDoesNotThrow\b|\bshouldNotThrow|\.Should\(\)\.NotThrow|\bAssert\.DoesNotThrow|\bThrows\.Nothing\b|\bnot\.toThrow|\b(?:not_to|to_not)\s+raise_error|\bassert_nothing_raised\b|\bassertThatCode\b.*doesNotThrow|\bassert_success\b|\.NoError\(|\bassert(?:SessionHasNoErrors|SessionDoesntHaveErrors|JsonMissingValidationErrors|Valid)\(",
);
/// A status by which somebody is turned away, as tests name it.
pub(super) static TURNED_AWAY: Pattern = Pattern::new(
    r"(?i)\b(?:401|403|404)\b|Status(?:Unauthorized|Forbidden|NotFound)\b|\b(?:HttpStatus(?:Code)?|HTTPStatus|StatusCodes?)(?:\.|::)(?:UNAUTHORIZED|FORBIDDEN|NOT_FOUND|Unauthorized|Forbidden|NotFound)\b|\bis(?:Unauthorized|Forbidden|NotFound)\(\)|\bassert(?:Unauthorized|Forbidden|NotFound)\(|:(?:unauthorized|forbidden|not_found)\b",
);
/// A status by which he is not.
pub(super) static LET_IN: Pattern = Pattern::new(r"(?i)\b(?:200|201|202|204)\b|StatusOK\b|:(?:ok|success)\b|\bisOk\(\)|\bassertOk\(|is2xx");
