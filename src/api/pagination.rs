//! Long lists come in pages: the client names the last one it has seen, and how many more it wants.

use super::Fault;
use super::request::Whole;

/// The `limit` parameter. 0 is a page with nothing on it.
pub type Limit = Whole<0, { u64::MAX }>;

/// Part of a sorted list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<'a, T> {
    pub items: &'a [T],
    /// As many as there may be on a page, so that more may follow the last one. Nova does not look further either.
    pub full: bool,
}

/// The marker names nothing in the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("marker [{0}] not found")]
pub struct NoSuchMarker(pub String);

/// What follows the item with the marker as its id, up to the limit and never more than `max` (`[api]max_limit`).
pub fn page<'a, T>(
    items: &'a [T],
    limit: Option<Limit>,
    marker: Option<&str>,
    max: usize,
    has_id: impl Fn(&T, &str) -> bool,
) -> Result<Page<'a, T>, NoSuchMarker> {
    let begin = match marker {
        None => 0,
        Some(marker) => match items.iter().position(|item| has_id(item, marker)) {
            Some(index) => index + 1,
            None => return Err(NoSuchMarker(marker.to_owned())),
        },
    };
    let size = page_size(limit, max);
    let rest = &items[begin..];
    let items = &rest[..size.min(rest.len())];
    Ok(Page {
        items,
        full: size > 0 && items.len() == size,
    })
}

/// How many items a page may have: `max` (`[api]max_limit`), or fewer.
pub fn page_size(limit: Option<Limit>, max: usize) -> usize {
    limit
        .and_then(|limit| usize::try_from(limit.0).ok())
        .map_or(max, |limit| limit.min(max))
}

impl<'a, T> Page<'a, T> {
    /// The item that the next page's marker names.
    pub fn last_if_full(&self) -> Option<&'a T> {
        self.items.last().filter(|_| self.full)
    }
}

impl From<NoSuchMarker> for Fault {
    fn from(error: NoSuchMarker) -> Self {
        Self::bad_request(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 5] = ["a", "b", "c", "d", "e"];

    fn seen(limit: Option<u64>, marker: Option<&str>) -> (Vec<&'static str>, Option<&'static str>) {
        let page = page(&ALL, limit.map(Whole), marker, 3, |item, id| *item == id).unwrap();
        (page.items.to_vec(), page.last_if_full().copied())
    }

    #[test]
    fn pages_follow_one_another_to_the_end() {
        assert_eq!(seen(Some(2), None), (vec!["a", "b"], Some("b")));
        assert_eq!(seen(Some(2), Some("b")), (vec!["c", "d"], Some("d")));
        assert_eq!(seen(Some(2), Some("d")), (vec!["e"], None));
        assert_eq!(seen(Some(2), Some("e")), (vec![], None));
    }

    #[test]
    fn no_page_is_longer_than_the_operator_allows() {
        assert_eq!(seen(None, None), (vec!["a", "b", "c"], Some("c")));
        assert_eq!(seen(Some(u64::MAX), None), (vec!["a", "b", "c"], Some("c")));
        assert_eq!(seen(Some(0), None), (vec![], None));
    }

    #[test]
    fn a_marker_that_is_not_in_the_list_is_a_bad_request() {
        let error = page(&ALL, None, Some("z"), 3, |item, id| *item == id).unwrap_err();
        assert_eq!(Fault::from(error), Fault::bad_request("marker [z] not found"));
    }
}
