//! The keys of `user_data` as tables of reStructuredText.

use std::collections::BTreeMap;

use nova_docker::user_data::{Key, Place, Who, keys};

/// Of both vocabularies, with what is the operator's of an option of which some is.
pub(crate) fn of_user_data() -> String {
    let mut page = String::from(
        "\nWhat is the operator's of what is partly\n========================================\n\n",
    );
    page += &partly();
    for (vocabulary, title) in [
        ("host_config", "docker-py's names"),
        ("HostConfig", "The Engine's names"),
    ] {
        let of = |in_host| keys().filter(move |key| key.vocabulary == vocabulary && key.in_host == in_host);
        page += &format!("\n{title}\n{}\n\n{}", "=".repeat(title.len()), table(of(false)));
        page += &format!("\nIn ``{vocabulary}``:\n\n{}", table(of(true)));
    }
    page
}

fn partly() -> String {
    let partly = keys().filter(|key| key.who == Who::Partly);
    let options: BTreeMap<&str, &str> = partly.map(|key| (key.option, key.theirs)).collect();
    let rows = options
        .into_iter()
        .map(|(option, theirs)| vec![literal(option), theirs.to_owned()]);
    grid(&["Option", "What needs an operator's leave"], rows.collect())
}

fn table(keys: impl Iterator<Item = Key>) -> String {
    let rows = keys.map(|key| {
        vec![
            literal(key.name),
            key.who.word().to_owned(),
            key.shape.to_owned(),
            place(key.place),
        ]
    });
    grid(&["Key", "Who", "Value", "Becomes"], rows.collect())
}

fn place(place: Place) -> String {
    match place {
        Place::At(place) => place.to_owned(),
        Place::Elsewhere(why) | Place::Nowhere(why) => format!("nothing: {why}"),
    }
}

fn literal(word: &str) -> String {
    format!("``{word}``")
}

/// A simple table: each column as wide as its widest cell.
fn grid(titles: &[&str], rows: Vec<Vec<String>>) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].len());
        cells.chain([titles[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    let rule: Vec<String> = widths.iter().map(|width| "=".repeat(*width)).collect();
    let rule = line(rule.iter().map(String::as_str).collect());
    let body = rows
        .iter()
        .map(|row| line(row.iter().map(String::as_str).collect()));
    format!(
        "{rule}{}{rule}{}{rule}",
        line(titles.to_vec()),
        body.collect::<String>()
    )
}
