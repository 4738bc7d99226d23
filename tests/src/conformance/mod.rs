//! The rules that every file system keeps, whatever is behind it: functions over a client and a directory
//! that is theirs. A rule that is about a capability is checked where the account has it.

mod access;
mod attributes;
mod conditions;
mod leases;
mod listing;
mod namespace;
mod properties;
mod reading;
mod sync;
mod transfers;
mod trees;
mod writing;

use adls_fs::{Capabilities, FileSystemClient, RemotePath};
use futures_util::future::LocalBoxFuture;

type Check = for<'a> fn(&'a FileSystemClient, &'a RemotePath) -> LocalBoxFuture<'a, ()>;

/// A rule of the public surface.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The rule as a sentence, in the manner of a test.
    pub name: &'static str,
    /// Whether an account that can do this has to keep it.
    pub applies_to: fn(Capabilities) -> bool,
    check: Check,
}

/// Checks a rule in a directory that does not exist yet, if it applies to the account.
///
/// # Panics
/// When there is no such rule, or the account does not keep it.
pub async fn check(name: &str, client: &FileSystemClient, base: &RemotePath) {
    let rule = ALL.iter().find(|rule| rule.name == name);
    let rule = rule.unwrap_or_else(|| panic!("there is no rule {name}"));
    if (rule.applies_to)(client.capabilities()) {
        client.mkdirs(base).await.unwrap();
        (rule.check)(client, base).await;
    }
}

/// The names of all rules, for a macro that makes a test of each: after what is passed on to it, each
/// rule comes with its module, and with the capability that it is `if` or `unless` the account has it.
#[macro_export]
macro_rules! for_each_rule {
    ($make:ident! { $($pass_on:tt)* }) => {
        $make! {
            $($pass_on)*
            access::entries_are_added_removed_and_replaced;
            access::mode_bits_and_acl_are_one;
            access::the_caller_is_told_what_it_may;
            access::the_owning_group_can_be_another;
            attributes::a_file_expires_when_told if expiry;
            attributes::only_the_expected_incarnation_is_deleted;
            attributes::times_are_kept_to_the_millisecond if set_times;
            conditions::a_write_only_where_nothing_is_yet;
            conditions::others_are_refused_where_the_service_knows_none unless conditions;
            leases::a_lease_changes_hands_and_is_broken if leases;
            leases::a_lease_keeps_others_out if leases;
            leases::leases_are_refused_where_there_are_none unless leases;
            listing::a_list_begins_at_a_name_and_goes_on if recursive_list;
            listing::a_listing_comes_in_pages;
            namespace::a_directory_comes_and_goes;
            namespace::concat_joins_and_consumes if concat;
            namespace::deleted_items_come_back if undelete;
            namespace::rename_and_its_refusals;
            properties::content_headers_are_replaced if properties;
            properties::metadata_is_replaced_and_merged if properties;
            properties::properties_are_refused_where_the_service_keeps_none unless properties;
            properties::rights_are_refused_where_no_creation_takes_them unless rights_at_creation;
            properties::what_is_made_has_what_it_is_given if rights_at_creation;
            reading::a_reader_equals_a_local_file;
            reading::a_reader_seeks_and_reads_at_any_place;
            reading::pieces_of_text_files;
            reading::ranges_in_any_order;
            sync::a_dry_run_tells_and_does_nothing;
            sync::a_file_and_a_directory_of_one_name;
            #[cfg(unix)]
            sync::a_link_to_nothing_fails_alone;
            sync::a_missing_source_deletes_nothing;
            sync::a_target_that_is_a_file_stays;
            sync::an_empty_source_empties_nothing_unless_told;
            sync::down_and_only_what_differs;
            sync::no_more_is_deleted_than_allowed;
            #[cfg(unix)]
            sync::skipped_entries_are_named_and_counted_apart;
            sync::with_times_preserved_both_directions_agree if set_times;
            #[cfg(unix)]
            transfers::a_directory_with_nothing_to_upload_is_made_all_the_same;
            transfers::a_file_goes_into_an_existing_directory;
            transfers::a_file_up_and_down_in_every_way;
            #[cfg(target_os = "linux")]
            transfers::a_place_that_cannot_be_written_is_named;
            transfers::a_transfer_that_fails_for_good_leaves_no_journal;
            transfers::a_tree_goes_on_after_a_failure_and_reports_it;
            transfers::a_tree_up_and_down;
            transfers::content_is_verified_when_asked_for;
            transfers::copies_are_whole_or_not_there;
            transfers::existing_files_are_treated_as_told if set_times;
            #[cfg(target_os = "linux")]
            transfers::files_of_the_system_are_sent_with_what_is_in_them;
            transfers::missing_sources_are_named;
            #[cfg(unix)]
            transfers::names_of_any_character;
            #[cfg(unix)]
            transfers::nothing_goes_through_a_symbolic_link;
            transfers::patterns_in_both_directions;
            transfers::progress_accounts_for_everything;
            transfers::a_tree_is_counted_ahead_when_asked;
            #[cfg(unix)]
            transfers::targets_that_are_no_files_are_written_to_or_refused;
            transfers::without_a_place_for_a_journal_transfers_go_on_and_warn_once;
            trees::a_change_reaches_the_whole_tree;
            trees::a_change_of_acls_by_the_service_is_refused_where_it_makes_none
                unless server_side_recursive_acl;
            trees::a_change_of_acls_is_made_by_the_service if server_side_recursive_acl;
            trees::a_walk_gives_directories_before_their_entries;
            trees::patterns_find_what_they_say;
            trees::usage_by_walking;
            trees::usage_by_walking_equals_the_servers if server_side_summary;
            writing::a_stream_of_pieces;
            writing::an_existing_file_is_not_replaced_unasked;
            writing::appending_goes_on_where_the_file_ends;
            writing::many_may_append_to_one_file if concurrent_append;
            writing::owned_bytes_up_in_pieces_of_any_size;
        }
    };
}

macro_rules! list {
    ($(
        $(#[$meta:meta])*
        $module:ident::$name:ident $(if $has:ident)? $(unless $lacks:ident)?;
    )*) => {
        /// All rules.
        pub const ALL: &[Rule] = &[$(
            $(#[$meta])*
            Rule {
                name: stringify!($name),
                applies_to: |_can| true $(&& _can.$has)? $(&& !_can.$lacks)?,
                check: |client, base| Box::pin($module::$name(client, base)),
            },
        )*];
    };
}
for_each_rule!(list! {});

/// Paths below a directory.
fn below(base: &RemotePath) -> impl Fn(&str) -> RemotePath {
    move |name| base.join(name).unwrap()
}
