//! One assertion taken apart, without knowing its library: what it asks about, what it compares, and how much it demands.

use super::assertions::is_weak;
use crate::analysis::pattern::Pattern;

/// A longer assertion is data.
const LONGEST: usize = 600;

static EQUAL_CALL: Pattern = Pattern::new(
    r"\b(?:assert_?[eE]quals?|assert_(?:strictly_)?eq|assertEqual|assertSame|assertIs|assert_same|assert_equals?|Assert\.(?:Equal|AreEqual|Same|AreSame|StrictEqual|That)|assert\.(?:equal|strictEqual|deepEqual|deepStrictEqual|Equal|Same|Exactly|is|same)|require\.(?:Equal|Same)|EXPECT_EQ|ASSERT_EQ|EXPECT_STREQ|ASSERT_STREQ|ck_assert_\w+_eq|TEST_ASSERT_EQUAL\w*|assert_(?:int|string|ptr|memory|float|double|uint)_equal|(?:BOOST_)?(?:CHECK|REQUIRE)_EQ(?:UAL)?|CPPUNIT_ASSERT_EQUAL|cr_(?:assert|expect)_eq|(?:LONGS|STRCMP|POINTERS|BYTES)_EQUAL|QCOMPARE|XCTAssertEqual|is_deeply|assertContentEquals|assertDictEqual|assertListEqual|assertJsonStringEqualsJsonString)!?\s*\(",
);
static EXPECT: Pattern = Pattern::new(r"\b(?:expect|assertThat|Expect|that)\s*\(");
static SAYS_EQUAL: Pattern = Pattern::new(
    r"^\s*\)?\s*\.\s*(?:toBe|toEqual|toStrictEqual|isEqualTo|isEqualByComparingTo|isSameAs|isSameInstanceAs|to\.equal|to\.eql|to\.deep\.equal|to\.be|equals)\s*\(|^\s*\.to\s+(?:eq|eql|equal|be)[\s(]+",
);
static ASSERTS_EQUAL: Pattern = Pattern::new(r"^\s*assert\s+(.+?)\s*(?:===?|\bis\b)\s*([^=].*?)\s*(?:,\s*f?['\x22].*)?;?$");
/// `x.total shouldBe 3`, `x.total.Should().Be(3)`, `x.total.ShouldBe(3)`.
static BESIDE: Pattern = Pattern::new(
    r"^\s*(\S.*?)(?:\s+should(?:Be|Equal|BeEqual)\s+|\.(?:Should\(\)\.(?:Be|Equal|BeEquivalentTo)|[sS]hould(?:Be|Equal))\(\s*)([^\s)].*?)\)?;?$",
);
static RUBY_EQUAL: Pattern = Pattern::new(r"^\s*assert_(?:equal|same)\s+([^,(]+),\s*([^,]+)$");
static PATH: Pattern = Pattern::new(r"[A-Za-z_$@][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)*");
static OF_THE_LIBRARY: Pattern = Pattern::new(
    r"(?i)^(?:\$?this|self|cls|t|tb|b|s|(?:debug_)?assert\w*|expect\w*|require\w*|should|is|not|in|and|or|len|str|int|float|string|number|await|async|typeof|new|true|false|none|null|nil|undefined|verify|check|xctassert\w*|refute\w*|must_\w+|return|if|equal\w*|that|pytest|any|all|to|be|eq|ok|class|void|ck_\w+|test_assert\w*|boost_\w+|cppunit_\w+|cr_\w+|qcompare\w*|qverify\w*|(?:longs|strcmp|pointers|bytes|doubles|memcmp)_equal\w*|should[a-z]*|self)$|(?i)^(?:\$?this|self|cls|t|b|assert|expect|require|should|qt|is|chai|\w*mockmvc\w*|mockito|pytest|hamcrest\w*|matchers?)(?:\.|->|::)",
);
static EXACT: Pattern = Pattern::new(
    r"==|\b(?:assertEquals?|assertSame|assertIs|assert_eq|assert_equals?|assert_same|assertDictEqual|assertListEqual|assertContentEquals|EXPECT_EQ|ASSERT_EQ|EXPECT_STREQ|XCTAssertEqual|AreEqual|AreSame|toBe|toEqual|toStrictEqual|strictEqual|deepStrictEqual|deepEqual|isEqualTo|isSameAs|hasSize|toHaveLength|toHaveBeenCalledWith|toHaveBeenCalledTimes|assert_called_once_with|assert_called_with|toBeCalledWith|containsExactly\w*|JSONEq|ElementsMatch|isEqualByComparingTo|ck_assert_\w+_eq|TEST_ASSERT_EQUAL\w*|assert_\w+_equal|(?:BOOST_)?(?:CHECK|REQUIRE)_EQ(?:UAL)?|cr_(?:assert|expect)_eq|(?:LONGS|STRCMP|BYTES)_EQUAL|QCOMPARE|[sS]hould(?:Be|Equal|ContainExactly\w*|HaveSize|BeNull|BeEmpty)|Should\(\)\.(?:Be|Equal|BeEquivalentTo|HaveCount|BeEmpty|BeNull|ContainSingle)|Is\.EqualTo|EqualTo)!?\s*\(|\bshould(?:Be|Equal|ContainExactly\w*|HaveSize)\s|\.(?:Equal|equal|equals|eql)\(|\bto\s+(?:eq|eql|equal)\b|\.to\.(?:equal|eql)\(|\bassert_equal\b|\bassertj?Equals\b",
);
static LOOSE: Pattern = Pattern::new(
    r"\b(?:assertIn|assertContains|assertStringContainsString|assertGreater\w*|assertLess\w*|assertIsInstance|assertInstanceOf|assertNotEquals?|assert_ne|assertNotEmpty|assertNotNull|assertIsNotNone|assertRegex\w*|assert_includes?|assert_match|assert_operator|assert_kind_of|assert_called|assert_called_once|assertThat\([^)]*\)\.(?:contains|isNotNull|isNotEmpty|isInstanceOf)|toContain|toMatch|toMatchObject|toBeGreaterThan\w*|toBeLessThan\w*|toHaveBeenCalled|toBeInstanceOf|toBeTypeOf|toHaveProperty|isGreaterThan\w*|isLessThan\w*|isPositive|isNotNegative|isNotZero|isBetween|isInstanceOf|isNotEmpty|isNotNull|isIn|anyOf|EXPECT_GT|EXPECT_GE|EXPECT_LT|EXPECT_LE|EXPECT_NE|ASSERT_GT|ASSERT_GE|ASSERT_NE|ck_assert_\w+_(?:ne|g[te]|l[te])|TEST_ASSERT_(?:NOT_EQUAL|GREATER|LESS)\w*|assert_\w+_not_equal|(?:BOOST_)?(?:CHECK|REQUIRE)_(?:NE|G[TE]|L[TE])|[sS]hould(?:BeGreater\w*|BeLess\w*|BePositive|BeInstanceOf|NotBe\w*|NotBeEmpty|Contain|BeOneOf|BeIn|BeTypeOf)|Should\(\)\.(?:BeGreater\w*|BeLess\w*|BePositive|BeOfType\w*|BeAssignableTo\w*|NotBe\w*|NotBeEmpty|Contain|BeOneOf|BeInRange|BeCloseTo|BeApproximately)|Is\.(?:GreaterThan\w*|AtLeast|LessThan\w*|AtMost|Positive|InstanceOf\w*|InRange))!?\s*(?:<[^<>()]*>)?\(|\bshould(?:BeGreater\w*|BeLess\w*|NotBe|Contain|BeIn)\s|\bIs\.(?:Not\.|Positive|GreaterThan|AtLeast)|\.(?:Contains|NotEqual|Greater|GreaterOrEqual|Less|LessOrEqual|IsType|Regexp|NotEmpty|NotNil|NotZero)\(|[^=<>-][<>]=?[^=<>]|\bin\s+[\[({]|\bisinstance\(|!=|\bmatches!\(|\bto\s+(?:include|match|be_a\w*|be_an?_instance_of|be\s*[<>]|be_present|satisfy)\b|\bassert_(?:includes|match|operator|kind_of|not_empty)\b|\.(?:is_ok|is_err|is_some)\(\)|\.contains\(|\.includes\(|\.startswith\(|\.starts_with\(|expect\.(?:any|objectContaining|stringContaining|arrayContaining)|\bmock\.ANY\b|\bany\(\)",
);

/// The arguments between the bracket that opens at `open` and its partner.
pub(super) fn arguments(text: &str, open: usize) -> Vec<&str> {
    bracketed(text, open).0
}

/// The same, and what follows the partner.
pub(super) fn bracketed(text: &str, open: usize) -> (Vec<&str>, &str) {
    let mut out = Vec::new();
    let (mut depth, mut quote, mut start) = (0_usize, None, open + 1);
    let bytes = text.as_bytes();
    let mut at = open;
    while let Some(byte) = bytes.get(at) {
        match (quote, *byte) {
            (Some(_), b'\\') => at += 1,
            (Some(sign), byte) if sign == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(*byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    out.extend(text.get(start..at).map(str::trim).filter(|part| !part.is_empty()));
                    return (out, text.get(at + 1..).unwrap_or(""));
                }
            }
            (None, b',') if depth == 1 => {
                out.extend(text.get(start..at).map(str::trim));
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    (out, "")
}

/// `expect(x);`, `expect(x).rejects;`: the question is put and nobody looks at the answer.
pub(super) fn is_unanswered(said: &str) -> bool {
    /// A question, and what may follow it without being an answer.
    static ASKS: Pattern = Pattern::new(r"^(?:await\s+)?expect\(");
    static NO_ANSWER: Pattern = Pattern::new(r"^(?:\s*\.\s*(?:rejects|resolves|not|to|be|been|is|that))*\s*;?\s*$");
    ASKS.find(said).is_some_and(|asks| NO_ANSWER.is_match(bracketed(said, asks.end - 1).1))
}

/// The two things that the assertion `plain` says are equal.
pub(super) fn compared(plain: &str) -> Option<(String, String)> {
    if plain.len() > LONGEST {
        return None;
    }
    let pair = |left: &str, right: &str| Some((left.trim().to_owned(), right.trim().trim_end_matches(';').to_owned()));
    if let Some(found) = EQUAL_CALL.find(plain) {
        let mut given = arguments(plain, found.end - 1);
        if given.first().is_some_and(|first| matches!(*first, "t" | "s.T()" | "tb" | "b")) {
            given.remove(0);
        }
        return given.first().zip(given.get(1)).and_then(|(left, right)| pair(left, right));
    }
    if let Some(found) = EXPECT.find(plain) {
        let left = arguments(plain, found.end - 1).into_iter().next()?;
        let rest = plain.get(found.end + left.len()..)?.trim_start_matches(' ').strip_prefix(')')?;
        let says = SAYS_EQUAL.find(rest)?;
        let behind = rest.get(says.end..)?;
        let right = if rest.get(..says.end)?.ends_with('(') {
            arguments(rest, says.end - 1).into_iter().next()?
        } else {
            behind.trim_end_matches([')', ' '])
        };
        return pair(left, right);
    }
    let of = |pattern: &Pattern| pattern.group(plain, 1).zip(pattern.group(plain, 2));
    of(&RUBY_EQUAL).or_else(|| of(&ASSERTS_EQUAL)).or_else(|| of(&BESIDE)).and_then(|(left, right)| pair(left, right))
}

/// What the assertion asks about: its first name that is none of the library's. `code` has no insides of strings.
pub(super) fn subject_of(code: &str) -> Option<&str> {
    if code.len() > LONGEST {
        return None;
    }
    let path = PATH.groups(code, 0).find(|path| !OF_THE_LIBRARY.is_match(path))?;
    // `x.total.Should()` asks about `x.total`.
    let ends =
        [".Should", ".should", ".is_ok", ".is_err", ".is_some", ".is_none"].iter().find_map(|said| path.find(said).filter(|at| *at > 0));
    ends.map_or(Some(path), |at| path.get(..at))
}

/// Whether `new` asks less than the exact `old`. Those that nearly everything passes are counted elsewhere.
pub(super) fn asks_less(old: &str, new: &str) -> bool {
    static DENIES: Pattern = Pattern::new(r"\.not\.|\bnot_to\b|\bto_not\b|(?i:not_?called|never\(\))");
    let exact = |code: &str| EXACT.is_match(code) && !LOOSE.is_match(code);
    // What is expected not to be is another expectation, no vaguer one.
    let denies = DENIES.is_match(new) && !DENIES.is_match(old);
    exact(old) && LOOSE.is_match(new) && !is_weak(new) && !denies
}

/// Whether `new` takes one of several answers where `old` took one.
pub(super) fn offers_a_choice(old: &str, new: &str) -> bool {
    static CHOICE: Pattern = Pattern::new(
        r"==.*(?:\bor\b|\|\|).*==|==.*\|\||\|\|.*==|\bin\s*[\[({][^\])}]*,|\b(?:anyOf|any_of|isIn|oneOf|toBeOneOf|AnyOf|BeOneOf|shouldBeIn)\b|\)\.or\(",
    );
    EXACT.is_match(old) && !CHOICE.is_match(old) && CHOICE.is_match(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assertions_of_every_library_are_taken_apart() {
        for text in [
            "assert_eq!(cart.total, 3);",
            "self.assertEqual(cart.total, 3)",
            "assert.Equal(t, cart.total, 3)",
            "expect(cart.total).toBe(3)",
            "expect(cart.total).to eq(3)",
            "expect(cart.total).to eq 3",
            "assert cart.total == 3",
            "$this->assertSame(cart.total, 3);",
            "assertThat(cart.total).isEqualTo(3);",
            "EXPECT_EQ(cart.total, 3);",
            "assert_equal cart.total, 3",
            "cart.total shouldBe 3",
            "cart.total.Should().Be(3);",
            "ck_assert_int_eq(cart.total, 3);",
            "TEST_ASSERT_EQUAL_INT(cart.total, 3);",
        ] {
            assert_eq!(compared(text), Some(("cart.total".to_owned(), "3".to_owned())), "{text}");
            assert_eq!(subject_of(text), Some("cart.total"), "{text}");
        }
        assert_eq!(compared("foo(a, b)"), None);
        assert_eq!(subject_of("assertEquals(3, cart.total());"), Some("cart.total"));
        assert_eq!(subject_of("assert True"), None);
    }

    #[test]
    fn what_asks_less() {
        for (old, new) in [
            ("assert r.status == 200", "assert r.status >= 200"),
            ("expect(x.a).toBe(3)", "expect(x.a).toBeGreaterThan(0)"),
            ("self.assertEqual(a.b, 1)", "self.assertIn(a.b, xs)"),
            ("assert_eq!(a, Ok(1))", "assert!(a.is_ok())"),
            ("assert.Equal(t, 3, n)", "assert.Greater(t, n, 0)"),
            ("expect(a).to eq(3)", "expect(a).to be > 0"),
            ("a.b shouldBe 3", "a.b shouldBeGreaterThan 0"),
            ("a.Should().Be(3)", "a.Should().BePositive()"),
            ("ck_assert_int_eq(a, 3);", "ck_assert_int_gt(a, 0);"),
        ] {
            assert!(asks_less(old, new) && !asks_less(new, old), "{old} -> {new}");
        }
        assert!(!asks_less("assert a == 1", "assert a == 2"));
        assert!(offers_a_choice("assert r.s == 200", "assert r.s in (200, 500)") && !offers_a_choice("assert r.s == 1", "assert r.s == 2"));
    }
}
