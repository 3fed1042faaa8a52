public import CreditModel

/// A profile as the merge made it.
public struct MergedProfile: Hashable, Sendable {
    /// A document that holds what a cut list of the profile lacks.
    public struct Annex: Hashable, Sendable {
        /// `ShortDigest` of ``bytes``, as the profile names it.
        public var digest: String
        /// Canonical JSON.
        public var bytes: [UInt8]

        /// A document with its digest.
        public init(digest: String, bytes: [UInt8]) {
            self.digest = digest
            self.bytes = bytes
        }
    }

    /// Whose profile it is.
    public var id: EnterpriseID
    /// `ShortDigest` of ``bytes``.
    public var version: String
    /// Canonical JSON (RFC 8785), at most the policy's limit.
    public var bytes: [UInt8]
    /// The first day on which the profile would differ by itself; nil where it never would.
    public var nextDay: Day?
    /// The first day from which the profile is as it is; nil where it always was.
    ///
    /// The day before needs another profile.
    public var sinceDay: Day?
    /// What a search reads of it.
    public var card: SearchCard
    /// What the profile's cut lists lack; none as a rule.
    public var annexes: [Annex]

    /// A profile of its parts.
    public init(
        id: EnterpriseID,
        version: String,
        bytes: [UInt8],
        nextDay: Day?,
        sinceDay: Day?,
        card: SearchCard,
        annexes: [Annex]
    ) {
        self.id = id
        self.version = version
        self.bytes = bytes
        self.nextDay = nextDay
        self.sinceDay = sinceDay
        self.card = card
        self.annexes = annexes
    }
}

/// Makes an enterprise's profile of the records that its identity decision names.
///
/// A pure function of decision, set of record versions, policy and day: neither the order of the records nor when or
/// where they arrived changes a byte.
public struct ProfileMerger: Sendable {
    private let policy: MergePolicy
    private let digest: DigestFunction
    private let selection: RecordSelection
    private let writer: ProfileWriter
    private let itemSections: [DatasetID: Int]
    private let datasets: [DatasetID]

    /// Makes a merger.
    ///
    /// - Parameters:
    ///   - policy: Whose word counts in what.
    ///   - digest: SHA-256.
    ///   - restrictedDigest: HMAC-SHA-256 under the installation's secret, for keys that hold personal data.
    public init(policy: MergePolicy, digest: @escaping DigestFunction, restrictedDigest: @escaping DigestFunction) {
        self.policy = policy
        self.digest = digest
        selection = RecordSelection(restrictedDigest: restrictedDigest)
        writer = ProfileWriter(policy: policy)
        var itemSections: [DatasetID: Int] = [:]
        for (index, items) in policy.items.enumerated() {
            for dataset in items.datasets { itemSections[dataset] = index }
        }
        self.itemSections = itemSections
        datasets = policy.datasets
    }

    /// Merges what the decision's records say on a day.
    ///
    /// - Parameters:
    ///   - decision: Which records are the enterprise's.
    ///   - records: At least those that the decision names, in any order.
    ///   - day: In Asia/Shanghai; matters only to what is in force.
    /// - Returns: The profile with the documents that it names.
    public func merge(_ decision: EnterpriseDecision, records: [RecordHistory], day: Day) -> MergedProfile {
        let records = selection.records(of: decision, among: records)
        return merge(decision, DayView(present: records, policy: policy), day: day)
    }

    /// Merges what was true on a past day, by what the records say of it now.
    ///
    /// A record is as it spoke of that day, or not there where it begins only later; what was corrected since is
    /// corrected, what changed since is not. What the decision says of the enterprise (its id, its codes, whether it is
    /// registered) is no matter of the day.
    /// - Parameters:
    ///   - decision: Which records are the enterprise's.
    ///   - records: At least those that the decision names, in any order.
    ///   - day: In Asia/Shanghai.
    /// - Returns: The profile with the documents that it names; nil where every record begins only after the day.
    public func merge(_ decision: EnterpriseDecision, records: [RecordHistory], asOf day: Day) -> MergedProfile? {
        let view = DayView(of: selection.records(of: decision, among: records), on: day, policy: policy)
        return view.isEmpty ? nil : merge(decision, view, day: day)
    }

    private func merge(_ decision: EnterpriseDecision, _ view: DayView, day: Day) -> MergedProfile {
        let records = view.records
        let attributes = AttributeMerge(
            policy: policy,
            records: records,
            itemDatasets: itemSections,
            alterations: view.alterations,
            following: view.following
        ).attributes()
        var items = ItemMerge(policy: policy, records: records, day: day, later: view.later)
        let profile = Profile(
            id: decision.id,
            isRegistered: decision.isRegistered,
            identifiers: identifiers(of: decision, records: records),
            contested: decision.contested.sorted(),
            attributes: attributes,
            items: items.items(sectionOf: itemSections),
            records: records,
            sources: sources(of: records)
        )
        var bytes = writer.whole(profile)
        var annexes: [MergedProfile.Annex] = []
        if bytes.count > policy.sizeLimit {
            let cut = ProfileCut(profile: profile, writer: writer, digest: digest).made()
            bytes = cut.bytes
            annexes = cut.annexes.map { MergedProfile.Annex(digest: $0.digest, bytes: $0.bytes) }
        }
        return MergedProfile(
            id: decision.id,
            version: ShortDigest.text(of: digest(bytes)),
            bytes: bytes,
            nextDay: items.nextDay,
            sinceDay: items.sinceDay,
            card: card(of: attributes),
            annexes: annexes
        )
    }

    /// The certain codes by kind; none that may hold the number of an identity card.
    private func identifiers(
        of decision: EnterpriseDecision,
        records: [MergeRecord]
    ) -> [(kind: CodeKind, texts: [String])] {
        var restricted: Set<Code> = []
        for record in records {
            for subject in record.content.subjects {
                for code in subject.codes where code.isRestricted { restricted.insert(code.code) }
            }
        }
        return [CodeKind.org, .regno, .tax, .uscc].map { kind in
            // What an older reading took for an enterprise's code is judged again.
            let shown = decision.codes.filter {
                $0.kind == kind && !restricted.contains($0) && !IdentityCard.isLikely(Array($0.text.utf8)[...])
            }
            return (kind, shown.map(\.text).sorted())
        }
    }

    /// How many records of each dataset the profile rests on: 0 says that there is none, not that it is unknown.
    private func sources(of records: [MergeRecord]) -> [(agency: AgencyID, datasets: [(name: String, count: Int)])] {
        var counts: [DatasetID: Int] = [:]
        for record in records { counts[record.dataset, default: 0] += 1 }
        var all = datasets
        for dataset in counts.keys where !datasets.contains(dataset) { all.append(dataset) }
        if all.count > datasets.count { all.sort() }
        var sources: [(agency: AgencyID, datasets: [(name: String, count: Int)])] = []
        for dataset in all {
            let entry = (name: dataset.name, count: counts[dataset] ?? 0)
            if let last = sources.last, last.agency == dataset.agency {
                sources[sources.count - 1].datasets.append(entry)
            } else {
                sources.append((dataset.agency, [entry]))
            }
        }
        return sources
    }

    /// What is on it stands in the profile, too: a card can be made of either.
    private func card(of attributes: [Attribute]) -> SearchCard {
        var fields: [String: Attribute] = [:]
        for attribute in attributes where policy.attributes[attribute.section].section == "registration" {
            fields[attribute.field] = attribute
        }
        func text(_ field: String) -> String? { fields[field]?.statement.value.plainText }
        var established: String?
        switch fields["established"]?.statement.value {
        case .date(let date): established = date.description
        case let other: established = other?.plainText.flatMap { CreditDate($0) }?.description
        }
        return SearchCard(
            names: fields["name"].map { names(of: $0) } ?? [],
            state: text("state"),
            district: text("district"),
            industry: text("industry"),
            established: established,
            representative: text("legalRepresentative"),
            address: text("address")
        )
    }

    private func names(of name: Attribute) -> [SearchCard.Name] {
        let all: [(Value, SearchCard.NameKind)] =
            [(name.statement.value, .present)] + name.conflicts.map { ($0.value, .other) }
            + name.history.map { ($0.value, .former) }
        return all.compactMap { value, kind in value.plainText.map { SearchCard.Name($0, kind) } }
    }
}
