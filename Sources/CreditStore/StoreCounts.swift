/// What a store holds.
public struct StoreCounts: Sendable, Hashable {
    /// Records that their agencies show now, test rows among them.
    public var records = 0
    /// All versions ever taken, absences and retracted ones among them.
    public var versions = 0
    /// Enterprises that have a profile.
    public var enterprises = 0
    /// Those of them that the registry knows.
    public var registered = 0
    /// Records held apart for a person.
    public var held = 0
    /// Codes that the registry gives to several enterprises.
    public var contested = 0
    /// Records without a certain identifier.
    public var undecided = 0
    /// Shown records that are test rows, and so in no profile.
    public var testRows = 0
    /// Quarantined rows that nobody settled yet.
    public var openQuarantine = 0
    /// The counts of an empty store.
    public init() {}
}
