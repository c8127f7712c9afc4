//! What counts as a test and as an assertion, in a line of code; and which files belong together.

use crate::analysis::pattern::Pattern;
use crate::analysis::role::{Role, fold};
use crate::analysis::view::{FileView, SideView};

/// A line that asserts something.
pub(super) static ASSERTION: Pattern = Pattern::new(
    r"(?x) \b(assert\w*|ASSERT_\w+|EXPECT_\w+|REQUIRE|CHECK|should|must_\w+|wont_\w+|XCTAssert\w*|refute\w*)\s*(!|\(|\.|\s+[\w!(\[\x22'$-]) | \b(?:(?:co)?[vV]erify\s*[!(]|(?:co)?verify\s+[\w!(\[\x22'$-])
    | \bexpect\s*(!|\(|\{|\s+[\w!(\[]) | \bexpect\.(soft|poll|element|fail|unreachable)\b | ^\s*(assert|refute)_\w+\s*$ | \bassert\w+<\w
    | \b(assert|require|is|qt|t|s)\.(Equal|NotEqual|True|False|Nil|NotNil|Error|NoError|Contains|Len|Same|Panics|ErrorIs|Zero|Empty|JSONEq|ElementsMatch)\w*\( | \brequire\.[A-Z]\w+\( | \bExpect\(
    | \bt\.(Error|Errorf|Fatal|Fatalf)\( | \.(should|to\.(be|equal|have|throw|include|deep|eql))\b | \bself\.(assert|fail)\w*\( | \bpytest\.raises\( | \bAssert\.\w+(<[^()]{1,80}>)?\( | \.Should\(\)
    | \b(ck_assert\w*|ck_abort\w*|TEST_ASSERT\w*|TEST_FAIL\w*|(?:REQUIRE|CHECK)_(?:FALSE|THROWS\w*|NOTHROW|THAT|EQ|NE|GT|GE|LT|LE|UNARY\w*|MESSAGE|EQUAL\w*|CLOSE|TEXT|NOFAIL)|BOOST_(?:TEST|CHECK|REQUIRE)(?:_(?:EQUAL|NE|G[TE]|L[TE]|CLOSE|SMALL|MESSAGE|THROW|NO_THROW|EXCEPTION|PREDICATE)\w*)?|CPPUNIT_\w*ASSERT\w*|CPPUNIT_FAIL|cr_(?:assert|expect)\w*|(?:LONGS|STRCMP|POINTERS|BYTES|DOUBLES|MEMCMP)_EQUAL\w*|QCOMPARE\w*|QVERIFY\w*|QTRY_\w+|ADD_FAILURE\w*)\s*\(
    | \b[sS]hould(?:Not)?(?:Be|Have|Throw|Contain|Equal|Start|End|Match|Fail|Exist|Include|Only|Succeed|Complete|Raise)\w*\s*[(<{\w\x22'-] | \bis_expected\.(?:not_)?to | ->expectException\w*\( | \}\s*\)->throws\(
    | \.(?:andExpect(?:All)?|expectStatus|expectBody|expectNext\w*|expectComplete|expectError\w*)\( | \.(?:Received|DidNotReceive)\w*\( | \bShould\.(?:Not)?(?:Throw|Complete)\w*",
);
/// What fails a test of the shell: a question that stands alone, or what is said when one is not answered well.
static OF_SHELL: Pattern = Pattern::new(
    r"(?x) ^\s*!?\s*\[\[?\s.*\s(?:-[a-z]{1,2}|[!=]?=~?|<|>)\s.*\s\]\]?\s*$ | ^\s*!?\s*\[\[?\s+!?\s*-[a-z]\s.*\s\]\]?\s*$ | (?:^|\|\||then|\{)\s*(?:fail|die|flunk)\w*\s+[\x22'$\w] | \|\|\s*(?:\{\s*)?(?:exit|return)\s+[1-9]",
);
/// What a double answers, EasyMock's `expect(…).andReturn(…)`, and a check of the product whose answer is kept: `claims = jwt.verify(…)`.
static ANSWERS: Pattern = Pattern::new(
    r"=\s*(?:await\s+)?(?:[\w$]+\.)+[vV]erify\s*\(|\bexpect\w*\s*\(.*\)\s*\.(?:and(?:Stub)?(?:Return|Throw|Answer|Delegate\w*)|anyTimes|atLeastOnce)\b",
);
/// A line that names a function or brings one in.
static DEFINES: Pattern = Pattern::new(
    r"^\s*(pub(\([a-z]+\))?\s+|export\s+|async\s+|private\s+|public\s+|static\s+)*(fn|def|func|fun|function|import|from|use|class|void|boolean)\s",
);
/// An assertion that nearly everything passes.
static WEAK: Pattern = Pattern::new(
    r"(?x) \.(toBeDefined|toBeTruthy|toBeInstanceOf|not\.toThrow|not\.toBeNull|not\.toBeUndefined|to\.exist|to\.be\.ok|toMatchSnapshot)\b
    | assertTrue\(\s*(true|True)\s*[,)] | assert\s+True\b | assert\s+[\w.\[\]()'\x22]+\s+is\s+not\s+None | assert!\(\s*true\s*[,)] | assert(Is)?NotNull\( | assertIsNotNone\(
    | \b(assert|require)\.NotNil\( | expect\((true|1)\)\.(toBe|toEqual|toBeTruthy)\( | assert_not_nil | refute_nil | Assert\.(IsTrue\(true|NotNull|IsNotNull)
    | expect\.anything\(\) | isNotNull\(\) | assert\s+1\b | assert\(\s*(true|1)\s*\)
    | \bshouldNotBeNull(?:\(\))?\s*$ | \.isNotNull\s*$ | \bshouldNotThrow(?:Any)?\b | (?:Should\(\)\.(?:NotBeNull|NotThrow\w*)|\.ShouldNotBeNull)\([^()]*\)\s*;?\s*$ | \bIs\.Not\.Null\b | Assert\.(?:Pass|DoesNotThrow\w*)\( | \bassertDoesNotThrow\b
    | \bto\s+be_(?:present|truthy|an_instance_of\(Object\))\b | \b(?:not_to|to_not)\s+(?:be_nil|raise_error)\b | \b(?:EXPECT|ASSERT|BOOST_\w+)_NO_THROW\( | \b(?:REQUIRE|CHECK)_NOTHROW\(
    | \bTEST_ASSERT_NOT_NULL\w*\( | \bck_assert_ptr_nonnull\( | \bck_assert_ptr_ne\([^;]*\bNULL\s*\) | \bassert_non_null\( | _NE\([^;]*\b(?:nullptr|NULL)\s*\) | ^\s*\[\[?\s+-n\s+\x22?\$\{?\w+\}?\x22?\s+\]\]?\s*$ | \bTEST_PASS\w*\(
    | \b(?:ck_assert\w*|TEST_ASSERT(?:_TRUE)?|EXPECT_TRUE|ASSERT_TRUE|REQUIRE|CHECK)\s*\(\s*(?:true|1)\s*\)",
);
static TEST: Pattern = Pattern::new(
    r"(?x) ^\s*(async\s+)?def\s+test\w*\s*(\(|$) | \b(it|test|specify|scenario)(\.\w+)*\s*\(\s*[`'\x22] | ^\s*\#\[(\w+::)*(test|rstest|test_case|wasm_bindgen_test|quickcheck|proptest|Test|DataProvider\w*)\b
    | @(Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property)\b | ^\s*func\s+(Test|Benchmark|Fuzz|Example)\w*\( | \[(\w+(\([^)]*\))?,\s*)*(Fact|Theory|Test|TestMethod|DataTestMethod|TestCase|TestCaseSource)\b
    | ^\s*(it|specify|test|scenario)\s+['\x22] | ^\s*it\s*\{\s | ^\s*(final\s+)?public\s+function\s+(test|(it|should|can|cannot|a|an|guests?|users?)_\w+\() | ^\s*func\s+test\w*\(\)
    | ^\s*(START_TEST|IGNORE_TEST|TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P|TEST_CASE\w*|TEMPLATE_TEST_CASE\w*|SCENARIO\w*|BOOST_\w*TEST_CASE\w*|Test|ParameterizedTest)\s*\(\s*[\w\x22]
    | ^\s*(static\s+)?void\s+(test\w*\s*\(\s*(void)?\s*\)|\w+\s*\(\s*void\s*\*\s*\*\s*\w*\s*\)) | ^@test\s | ^\s*(function\s+)?test\w*\s*\(\)\s*\{ | ^\s*(should\s*\(\s*)?\x22[^\x22]+\x22\s*\)?(\.config\(.*\))?\s*\{\s*$",
);
/// Words in paths of code that guards something.
static GUARDING: Pattern = Pattern::new(
    r"(?i)auth|login|session|token(?:[^i]|$)|jwt|oauth|passw|permission|access[_-]?control|crypto|secur|csrf|cors|signature|signing|signer|verif|sanitiz|acl\b|rbac|role|privileg|credential|secret|tls|certificate|expir",
);

/// Beyond so many files a change is a sweep, and nothing in it is about one of its tests.
const MOST_FILES: usize = 5000;

/// Whether `code` asserts something.
pub(super) fn asserts(code: &str) -> bool {
    (ASSERTION.is_match(code) || OF_SHELL.is_match(code)) && !DEFINES.is_match(code) && !ANSWERS.is_match(code)
}

/// The changed lines of `side` that assert, each with the whole of what it says, on however many lines that stands.
pub(super) fn assertions(side: &SideView<'_>) -> Vec<(usize, String)> {
    let lines = side.changed_lines().filter(|line| asserts(line.code()));
    lines.map(|line| (line.index, said_from(side, line.index))).collect()
}

/// The statement that begins on the line `first`, as if it stood on one line.
pub(super) fn said_from(side: &SideView<'_>, first: usize) -> String {
    /// What is longer is a block of its own rather than one assertion.
    const LONGEST: usize = 12;
    let statements = side.statements();
    let at = statements.partition_point(|statement| statement.first_line < first);
    let begun = statements.iter().skip(at).take_while(|statement| statement.first_line == first);
    let last = begun.map(|statement| statement.last_line).max().filter(|last| *last < first + LONGEST).unwrap_or(first);
    // Where lines end statements, a line that begins with a dot goes on all the same.
    let goes_on = |at: &usize| side.line(*at).text.trim_start().starts_with('.');
    let last = last + (last + 1..side.len().min(last + LONGEST)).take_while(goes_on).count();
    let mut out = String::new();
    for line in (first..=last).map(|at| side.line(at).text.trim()) {
        if line.starts_with([')', ']', '}']) && out.ends_with(',') {
            out.pop();
        }
        out.push_str(line);
    }
    out
}

/// Whether `code` asserts next to nothing.
pub(super) fn is_weak(code: &str) -> bool {
    WEAK.is_match(code)
}

/// Whether `code` begins a test.
pub(super) fn begins_test(code: &str) -> bool {
    TEST.is_match(code)
}

/// Whether the file at `path` guards something, by its name.
pub(super) fn guards(path: &str) -> bool {
    GUARDING.is_match(path)
}

/// Whether `path` is code that is tested: not a test itself, not a page.
pub(super) fn is_tested_code(path: &str) -> bool {
    crate::analysis::language::Language::of(path).is_code() && Role::of(path).is_live()
}

/// Whether the change also touches the code that the test `file` is about, by its name.
pub(super) fn tested_changes(file: &FileView<'_>) -> bool {
    changes(file, |_| true)
}

/// The same, where that code guards something.
pub(super) fn guard_changes(file: &FileView<'_>) -> bool {
    changes(file, guards)
}

fn changes(file: &FileView<'_>, fits: impl Fn(&str) -> bool) -> bool {
    let about = file.shared(|file| About(subject(&file.path)));
    let tested = |path: &str| subject(path) == about.0 && fits(path) && is_tested_code(path);
    file.change.patch.files.iter().take(MOST_FILES).any(|other| other.old_path.is_some() && tested(&other.path().text()))
}

/// What a file of tests is about.
struct About(String);

/// The name of what a test or source file is about: `test_token.py`, `token.spec.ts` and `TokenTest.java` are about `token`.
pub(super) fn subject(path: &str) -> String {
    let folded = fold(path);
    let name = folded.rsplit('/').next().unwrap_or("");
    let stem = name.split('.').next().unwrap_or("");
    // `OrderServiceIT` is a test of everything together; in lower case those letters may end any word.
    let written = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or("");
    let together = |ending: &str| written.strip_suffix(ending).is_some_and(|rest| rest.ends_with(|last: char| last.is_ascii_lowercase()));
    let stem = ["IT", "ITCase"]
        .iter()
        .find(|ending| together(ending))
        .map_or(stem, |ending| stem.get(..stem.len() - ending.len()).unwrap_or(stem));
    let bare = stem.strip_prefix("test_").or_else(|| stem.strip_prefix("test-")).unwrap_or(stem);
    let endings = ["_test", "-test", "_spec", "-spec", "tests", "test", "spec"];
    endings.iter().find_map(|ending| bare.strip_suffix(ending).filter(|rest| !rest.is_empty())).unwrap_or(bare).replace(['_', '-'], "")
}

/// `text` without what decides between yes and no, and whether it says yes.
pub(super) fn polarity(text: &str) -> (String, bool) {
    const PAIRS: [(&str, &str); 39] = [
        ("assertFalse", "assertTrue"),
        ("assertNotEquals", "assertEquals"),
        ("assertNotEqual", "assertEqual"),
        ("assertNotIn", "assertIn"),
        ("assertDontSee", "assertSee"),
        ("assertSessionDoesntHave", "assertSessionHas"),
        ("assertSessionMissing", "assertSessionHas"),
        ("assertDatabaseMissing", "assertDatabaseHas"),
        ("assertModelMissing", "assertModelExists"),
        ("assertNotSoftDeleted", "assertSoftDeleted"),
        ("assertGuest(", "assertAuthenticated("),
        ("assertInvalid(", "assertValid("),
        ("::assertNot", "::assert"),
        ("isFalse()", "isTrue()"),
        ("toBe(false)", "toBe(true)"),
        ("be(false)", "be(true)"),
        ("be_falsey", "be_truthy"),
        (".not.", "."),
        (".not_to ", ".to "),
        (".to_not ", ".to "),
        ("is False", "is True"),
        ("assert not ", "assert "),
        ("refute ", "assert "),
        ("refute_", "assert_"),
        ("assert_not ", "assert "),
        ("assert_failure", "assert_success"),
        ("assert_ne!", "assert_eq!"),
        ("assert!(!", "assert!("),
        ("NotEqual(", "Equal("),
        ("shouldNot", "should"),
        ("shouldBeFalse", "shouldBeTrue"),
        ("ASSERT_FALSE", "ASSERT_TRUE"),
        ("EXPECT_FALSE", "EXPECT_TRUE"),
        ("REQUIRE_FALSE(", "REQUIRE("),
        ("CHECK_FALSE(", "CHECK("),
        ("_NOT_NULL", "_NULL"),
        (".NotBe", ".Be"),
        ("().BeFalse(", "().BeTrue("),
        ("_int_ne(", "_int_eq("),
    ];
    let mut bare = text.trim().to_owned();
    let mut yes = true;
    for (no, sign) in PAIRS {
        if bare.contains(no) {
            bare = bare.replace(no, sign);
            yes = !yes;
        }
    }
    for (no, sign) in [
        ("assert.False(", "assert.True("),
        ("require.False(", "require.True("),
        ("Assert.False(", "Assert.True("),
        ("IsFalse(", "IsTrue("),
        ("Is.False", "Is.True"),
        ("EXPECT_NE(", "EXPECT_EQ("),
        ("ASSERT_NE(", "ASSERT_EQ("),
        ("!=", "=="),
    ] {
        if bare.contains(no) {
            bare = bare.replace(no, sign);
            yes = !yes;
        }
    }
    (bare, yes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_about_something() {
        for path in [
            "tests/test_token.py",
            "src/token.ts",
            "test/token.spec.ts",
            "x/TokenTest.java",
            "x/TokenIT.java",
            "token_test.go",
            "TokenTests.cs",
        ] {
            assert_eq!(subject(path), "token", "{path}");
        }
    }

    #[test]
    fn assertions_are_told_from_code() {
        for code in [
            "assert x == 1",
            "assert_eq!(a, b)",
            "expect(a).toBe(1)",
            "self.assertEqual(a, b)",
            "t.Fatalf(\"\")",
            "assertThat(a).isTrue()",
            "a.should.equal(1)",
            "a.b() shouldBe 1",
            "shouldThrow<Bad> { a() }",
            "TEST_ASSERT_EQUAL_INT(1, a());",
            "ck_assert_int_eq(a(), 1);",
            "REQUIRE_FALSE(a);",
            "Assert.Throws<Bad>(() => a());",
            "[ \"$status\" -eq 0 ]",
            "assert_success",
            "[[ $output == *x* ]] || fail \"x\"",
        ] {
            assert!(asserts(code), "{code}");
        }
        for code in [
            "x = expected",
            "fn assertion_count() {",
            "let a = 1",
            "import { expect } from ''",
            "verifyToken(a)",
            "[[nodiscard]] int a();",
            "shouldUpdate(a)",
            "failed = a",
        ] {
            assert!(!asserts(code), "{code}");
        }
        assert_eq!(polarity("assertFalse(service.ok(t))"), ("assertTrue(service.ok(t))".to_owned(), false));
    }
}
