//! ML-01: models, templates and training data. Pickles are written here, opcode by opcode; none comes from anywhere.

use lazaret::model::rule::{Example, ExampleFile, Severity};

/// What a pickle calls and with which text, in one protocol.
fn calling(protocol: u8, module: &str, name: &str, with: &str) -> Vec<u8> {
    let short = |text: &str| [&[0x8c, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let long = |text: &str| [b"X".as_slice(), &u32::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()].concat();
    match protocol {
        0 => format!("c{module}\n{name}\n(S'{with}'\ntR.").into_bytes(),
        1 => format!("(S'{with}'\ni{module}\n{name}\n.").into_bytes(),
        2 | 3 => [[0x80, protocol].as_slice(), format!("c{module}\n{name}\n").as_bytes(), &long(with), &[0x85, b'R', b'.']].concat(),
        _ => [
            &[0x80, protocol, 0x95][..],
            &[0; 8],
            &short(module),
            &[0x94],
            &short(name),
            &[0x94, 0x93, 0x94],
            &short(with),
            &[0x94, 0x85, 0x94, b'R', b'.'],
        ]
        .concat(),
    }
}

/// The findings of a new file of these bytes.
fn found(path: &str, bytes: &[u8]) -> Vec<Severity> {
    // A zero byte behind the end makes it no text, and no loader reads it.
    let after: String = bytes.iter().chain(&[0]).map(|byte| char::from(*byte)).collect();
    let files = vec![ExampleFile { path: path.to_owned(), before: None, after: Some(after) }];
    let example = Example { hits: true, files, message: "Change".to_owned(), ..Example::default() };
    let findings = super::judged(&example).findings.into_iter();
    findings.filter(|finding| finding.rule.0 == "model-executes-code").map(|finding| finding.severity).collect()
}

const CALLS: [(&str, &str); 14] = [
    ("os", "system"),
    ("posix", "system"),
    ("nt", "system"),
    ("subprocess", "Popen"),
    ("subprocess", "check_output"),
    ("builtins", "eval"),
    ("builtins", "exec"),
    ("__builtin__", "execfile"),
    ("runpy", "_run_code"),
    ("importlib", "import_module"),
    ("socket", "create_connection"),
    ("shutil", "rmtree"),
    ("pip", "main"),
    ("webbrowser", "open"),
];

#[test]
fn no_call_is_lost_in_any_protocol_and_under_any_name() {
    let paths = ["model.pkl", "net.pt", "net.pth", "pytorch_model.bin", "last.ckpt", "scaler.joblib"];
    for (at, (module, name)) in CALLS.iter().enumerate() {
        for protocol in 0..=5 {
            let bytes = calling(protocol, module, name, "id");
            let path = paths[(at + usize::from(protocol)) % paths.len()];
            assert!(found(path, &bytes).contains(&Severity::Critical), "{module}.{name} in protocol {protocol} as {path}");
        }
    }
}

#[test]
fn packing_hides_no_call() {
    let pickle = calling(4, "posix", "system", "id");
    let array = |kind: &str| {
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': (1,), }}\n");
        [b"\x93NUMPY\x01\0".as_slice(), &u16::try_from(header.len()).unwrap().to_le_bytes(), header.as_bytes(), &pickle].concat()
    };
    let after_another = [b"\x80\x02K\x01.".as_slice(), &pickle].concat();
    let broken = [&pickle[..pickle.len() - 1], b"\xff\xff"].concat();
    for (path, bytes) in
        [("a.zip", archive("archive/data.pkl", &pickle)), ("a.npy", array("|O")), ("a.pt", after_another), ("a.pkl", broken)]
    {
        assert!(found(path, &bytes).contains(&Severity::Critical), "{path}");
    }
    assert!(found("a.npy", &array("<f4")).is_empty());
}

/// A ZIP archive of one entry that is only stored, as PyTorch writes them.
fn archive(name: &str, held: &[u8]) -> Vec<u8> {
    let (size, named) = (u32::try_from(held.len()).unwrap().to_le_bytes(), u16::try_from(name.len()).unwrap().to_le_bytes());
    let local = [b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0".as_slice(), &size, &size, &named, &[0; 2], name.as_bytes(), held].concat();
    let central = [b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0".as_slice(), &size, &size, &named, &[0; 16], name.as_bytes()].concat();
    let (length, at) = (u32::try_from(central.len()).unwrap().to_le_bytes(), u32::try_from(local.len()).unwrap().to_le_bytes());
    [local.as_slice(), &central, b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &length, &at, &[0; 2]].concat()
}

#[test]
fn what_libraries_write_is_left_alone() {
    for (module, name) in [
        ("collections", "OrderedDict"),
        ("torch._utils", "_rebuild_tensor_v2"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("sklearn.preprocessing._data", "StandardScaler"),
    ] {
        for protocol in 0..=5 {
            assert!(found("model.pkl", &calling(protocol, module, name, "x")).is_empty(), "{module}.{name} in protocol {protocol}");
        }
    }
    assert_eq!(found("model.pkl", &calling(4, "acme.models", "Net", "x")), [Severity::Medium]);
}

#[test]
fn every_model_and_row_is_found_and_nothing_ordinary_is_worth_a_look() {
    super::holds_by_kind("ml", Severity::Medium);
}
