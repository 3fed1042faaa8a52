public import CreditModel
public import HashTree

/// What a change of what is said of an enterprise's id comes to.
public struct ChangeDigest: Hashable, Sendable {
    /// What became of the id.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Nothing was known by it before.
        case created
        /// It stands for itself as before; its profile is another.
        case changed
        /// It leads to another id from now on.
        case merged
        /// It led to another id, and stands for itself again.
        case split
        /// Nothing is known by it any more.
        case removed
    }

    /// What became of the id.
    public let kind: Kind
    /// The version of its profile before; nil where it had none.
    public let versionBefore: String?
    /// The version of its profile since; nil where it has none.
    public let versionAfter: String?
    /// The id that it leads to since.
    public let movedTo: EnterpriseID?
    /// The id that it led to before.
    public let movedFrom: EnterpriseID?
    /// The members of the profile that say something else since, sorted; all of them where it is new, again there, or gone.
    public let sections: [String]
    /// What the profile rested on and does no more, in the order in which it was listed.
    public let retracted: [RetractedRecord]
}

/// A record that a profile rested on and does no more.
public struct RetractedRecord: Hashable, Sendable {
    /// The record.
    public let record: ProfileRecord
    /// The sections that spoke of it, sorted.
    public let sections: [String]

    /// Makes one of its parts.
    public init(record: ProfileRecord, sections: [String]) {
        self.record = record
        self.sections = sections
    }
}

extension ChangeDigest {
    /// Compares what was said with what is said.
    ///
    /// Where the id leads to another since, what that one's profile took over is not retracted; where the other's profile
    /// is not at hand, nothing is: a retraction must not be told that may be none.
    /// - Parameters:
    ///   - before: what was said of the id; nil for nothing.
    ///   - after: what is said of it since; nil for nothing.
    ///   - old: the profile of the version that `before` names.
    ///   - new: the profile of the version that `after` names, or of the id that it leads to.
    /// - Throws: ``ProfileChangeError`` where a document is no profile.
    public init(
        before: TreeStatement?,
        after: TreeStatement?,
        old: ProfileDocument?,
        new: ProfileDocument?
    ) throws(ProfileChangeError) {
        (versionBefore, movedFrom) = Self.parts(of: before)
        (versionAfter, movedTo) = Self.parts(of: after)
        switch (before, after) {
        case (_, .movedTo): kind = .merged
        case (_, nil): kind = .removed
        case (.movedTo, _): kind = .split
        case (nil, _): kind = .created
        default: kind = .changed
        }
        switch kind {
        case .created, .split: sections = new?.sections ?? []
        case .removed: sections = old?.sections ?? []
        case .merged: sections = []
        case .changed:
            if let old, let new { sections = try old.sections(differingFrom: new) } else { sections = [] }
        }
        if let old, new != nil || kind == .removed {
            retracted = try old.records(missingIn: new)
        } else {
            retracted = []
        }
    }

    private static func parts(of statement: TreeStatement?) -> (version: String?, id: EnterpriseID?) {
        switch statement {
        case .version(let version): (version, nil)
        case .movedTo(let id): (nil, id)
        case .holders, nil: (nil, nil)
        }
    }
}

extension ProfileDocument {
    /// The members that another version of the profile has otherwise, or not at all, or alone; sorted.
    func sections(differingFrom other: ProfileDocument) throws(ProfileChangeError) -> [String] {
        let (mine, theirs) = (records.prefix(listed), other.records.prefix(other.listed))
        // As long as no record changes its place, equal bytes say the same and other bytes something else.
        let isAligned = zip(mine, theirs).allSatisfy { $0 == $1 }
        var differing: [String] = []
        for name in Set(members.keys).union(other.members.keys) where name != "id" {
            if isAligned || RecordPlaces.frame.contains(name) {
                if slice(name) != other.slice(name) { differing.append(name) }
            } else if let here = members[name], let there = other.members[name] {
                let old = RecordPlaces.resolved(try Self.value(bytes, here), mine)
                let new = RecordPlaces.resolved(try Self.value(other.bytes, there), theirs)
                if old != new { differing.append(name) }
            } else {
                differing.append(name)
            }
        }
        return differing.sorted()
    }

    /// The records that another version does not rest on, with the sections of this one that spoke of them.
    func records(missingIn other: ProfileDocument?) throws(ProfileChangeError) -> [RetractedRecord] {
        let kept = Set(other?.records ?? [])
        let missing = records.indices.filter { !kept.contains(records[$0]) }
        guard !missing.isEmpty else { return [] }
        let uses = try RecordPlaces.sections(of: bytes, members)
        return missing.map { place in
            let sections = place < listed ? uses[place] ?? [] : annexSections[records[place]] ?? []
            return RetractedRecord(record: records[place], sections: sections.sorted())
        }
    }
}
