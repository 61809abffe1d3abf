//! Command lines.

use super::values::{each, unfit, word};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;

/// A list of words as it is, or a text that is split as a shell would; an empty text is "not said".
pub(in crate::user_data) fn argv(node: &Node) -> Result<Option<Vec<String>>, Mistake> {
    match node {
        Node::Null => Ok(None),
        Node::List(words) => each(words, word).map(Some),
        Node::Text(line) if line.trim().is_empty() => Ok(None),
        Node::Text(line) => match shlex::split(line) {
            Some(words) => Ok(Some(words)),
            None => Err(unfit("a command line whose quotes are closed", node)),
        },
        Node::Mapping(_) => Err(unfit("a command line or a list of its words", node)),
        single => Ok(Some(vec![word(single)?])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<String>> {
        argv(&Node::Text(text.to_owned())).unwrap()
    }

    #[test]
    fn a_text_is_split_as_a_shell_would() {
        assert_eq!(
            read("sh -c 'echo a b'"),
            Some(vec!["sh".into(), "-c".into(), "echo a b".into()])
        );
        assert_eq!(read(" "), None);
    }

    #[test]
    fn a_quote_must_be_closed() {
        let mistake = argv(&Node::Text("sh -c 'echo".into())).unwrap_err();
        assert_eq!(
            mistake,
            Mistake::unfit(
                "a command line whose quotes are closed",
                "string \"sh -c \\'echo\""
            )
        );
    }

    #[test]
    fn a_list_is_kept_word_for_word() {
        let list = Node::List(vec![Node::Text(String::new()), Node::Number(5), Node::Bool(true)]);
        assert_eq!(
            argv(&list).unwrap(),
            Some(vec![String::new(), "5".into(), "true".into()])
        );
    }
}
