use super::*;

#[test]
fn every_default_is_valid() {
    let texts = Texts::default();
    let mut reader = Reader::new(&texts, &environment::Nowhere, SECTIONS);
    Conf::read(&mut reader);
    assert!(reader.finish().is_ok());
}
