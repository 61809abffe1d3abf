//! What is said of images, and to whom.

use super::*;

#[tokio::test]
async fn rights_are_those_of_owner_visibility_and_protection() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let images = store(&db, &folder).await;
    let (me, other, admin) = (caller("p"), caller("q"), caller("admin"));
    let mine = images
        .create_image(&me, None, named("mine", "bare"))
        .await
        .unwrap()
        .id;
    assert!(matches!(images.show(&other, mine).await, Err(Error::NotFound(_))));
    let publish = || vec![Edit::Visibility(Visibility::Public)];
    assert!(matches!(
        images.update_image(&me, mine, publish()).await,
        Err(Error::Forbidden(_))
    ));
    images.update_image(&admin, mine, publish()).await.unwrap();
    images.show(&other, mine).await.unwrap();
    assert!(matches!(
        images.delete_image(&other, mine).await,
        Err(Error::Forbidden(_))
    ));

    images
        .update_image(&me, mine, vec![Edit::Visibility(Visibility::Community)])
        .await
        .unwrap();
    assert!(names(&images, "q", Query::default()).await.is_empty());
    let community = Query {
        scope: Scope::Only(Visibility::Community),
        ..Query::default()
    };
    assert_eq!(names(&images, "q", community).await, ["mine"]);

    images
        .update_image(&me, mine, vec![Edit::Protected(true)])
        .await
        .unwrap();
    let refused = images.delete_image(&me, mine).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("Image {mine} is protected and cannot be deleted.")
    );
    let taken = images
        .create_image(&me, Some(mine), Vec::new())
        .await
        .unwrap_err();
    assert_eq!(taken.to_string(), format!("Image ID {mine} already exists!"));
}

#[tokio::test]
async fn an_edit_that_is_refused_takes_the_others_with_it() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let images = store(&db, &folder).await;
    let me = caller("p");
    let image = images.create_image(&me, None, named("a", "bare")).await.unwrap();
    let edits = vec![
        Edit::Name(Some("b".to_owned())),
        Edit::RemoveProperty("none".to_owned()),
    ];
    let refused = images.update_image(&me, image.id, edits).await.unwrap_err();
    assert_eq!(refused.to_string(), "Property none does not exist.");
    assert_eq!(images.show(&me, image.id).await.unwrap(), image);
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_paged() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let images = store(&db, &folder).await;
    let me = caller("p");
    for name in ["c", "a", "b", "d"] {
        let mut edits = named(name, "bare");
        edits.push(Edit::Tags(vec![name.to_owned()]));
        edits.push(Edit::Hidden(name == "d"));
        images.create_image(&me, None, edits).await.unwrap();
    }
    let sorted = |limit| Query {
        sort: vec![(SortKey::Name, Direction::Asc)],
        limit,
        ..Query::default()
    };
    let first = images.list(&me, &sorted(2)).await.unwrap();
    assert!(first.more);
    let rest = Query {
        marker: Some(first.images[1].id),
        ..sorted(2)
    };
    let rest = images.list(&me, &rest).await.unwrap();
    assert!(!rest.more);
    let all: Vec<_> = first
        .images
        .iter()
        .chain(&rest.images)
        .map(|image| image.name.clone().unwrap())
        .collect();
    assert_eq!(all, ["a", "b", "c"]);
    let tagged = Query {
        filters: vec![Filter::Tag("b".to_owned())],
        ..Query::default()
    };
    assert_eq!(names(&images, "p", tagged).await, ["b"]);
    assert_eq!(
        names(
            &images,
            "p",
            Query {
                hidden: true,
                ..Query::default()
            }
        )
        .await,
        ["d"]
    );
    let lost = Query {
        marker: Some(ImageId(uuid::Uuid::nil())),
        ..sorted(2)
    };
    assert!(matches!(images.list(&me, &lost).await, Err(Error::Invalid(_))));
}
