public import Access
internal import CanonicalJSON
public import CreditModel
internal import Crypto
public import ProfileChanges

/// What happened, as a webhook tells it.
public enum WatchEventType: String, Hashable, Sendable, CaseIterable {
    /// An enterprise became known.
    case created
    /// Its profile is another.
    case changed
    /// Its id leads to another one since.
    case merged
    /// Its id led to another one, and stands for itself again.
    case split
    /// Nothing is known by its id any more.
    case removed
    /// Records that its profile rested on are there no more: what was told of them must not be used.
    case retracted
    /// Changes may have been missed: begin again with a snapshot.
    case reset

    /// The `type` of its CloudEvent.
    public var name: String {
        self == .reset ? "org.suixin.changes.reset.v1" : "org.suixin.enterprise.\(rawValue).v1"
    }

    /// The type of that name, or of its own short one; nil for another.
    public init?(named text: String) {
        guard let type = Self.allCases.first(where: { $0.name == text || $0.rawValue == text }) else { return nil }
        self = type
    }

    /// The type of what became of an id.
    public init(_ kind: ChangeDigest.Kind) {
        switch kind {
        case .created: self = .created
        case .changed: self = .changed
        case .merged: self = .merged
        case .split: self = .split
        case .removed: self = .removed
        }
    }
}

/// Something that happened to an enterprise, whoever hears of it.
public struct WatchEvent: Hashable, Sendable {
    /// What happened.
    public let type: WatchEventType
    /// To whom; nil for a reset.
    public let enterprise: EnterpriseID?
    /// The number of the change that it comes from.
    public let change: Int64
    /// The digest of the status that says so first.
    public let status: String
    /// POSIX seconds of that status.
    public let moment: Int64
    /// The profile's version before.
    public var versionBefore: String?
    /// The profile's version since.
    public var versionAfter: String?
    /// The id that it leads to since.
    public var movedTo: EnterpriseID?
    /// The id that it led to before.
    public var movedFrom: EnterpriseID?
    /// The sections that say something else.
    public var sections: [String] = []
    /// What was retracted; of a `retracted` event only.
    public var retracted: [RetractedRecord] = []
    /// The retraction that goes with the change; nil where nothing was retracted.
    public var retraction: RetractionID?

    /// Makes an event about which nothing more is known yet.
    public init(_ type: WatchEventType, of enterprise: EnterpriseID?, change: Int64, status: String, moment: Int64) {
        self.type = type
        self.enterprise = enterprise
        self.change = change
        self.status = status
        self.moment = moment
    }

    /// `webhook-id` and the CloudEvent's `id`: made of what happened, so that it is the same whenever it is told.
    public var id: String { "evt_" + ShortDigest.text(of: Array(digest("event"))) }

    private func digest(_ purpose: String) -> SHA256Digest {
        let text = "suixin/\(purpose)/\(status)/\(change)/\(type.rawValue)/\(enterprise?.text ?? "")"
        return SHA256.hash(data: Array(text.utf8))
    }

    /// The id of the retraction that this event tells of.
    var ownRetraction: RetractionID {
        RetractionID(bits: digest("retraction").prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// The sections that a webhook may be interested in.
    var concernedSections: Set<String> {
        Set(type == .retracted ? retracted.flatMap(\.sections) : sections)
    }

    /// What became of an id, as one event, and as a second one where something was retracted.
    public static func events(
        of digest: ChangeDigest,
        enterprise: EnterpriseID,
        change: Int64,
        status: String,
        moment: Int64
    ) -> [WatchEvent] {
        var event = WatchEvent(.init(digest.kind), of: enterprise, change: change, status: status, moment: moment)
        (event.versionBefore, event.versionAfter) = (digest.versionBefore, digest.versionAfter)
        (event.movedTo, event.movedFrom) = (digest.movedTo, digest.movedFrom)
        event.sections = digest.sections
        guard !digest.retracted.isEmpty else { return [event] }
        var retraction = WatchEvent(.retracted, of: enterprise, change: change, status: status, moment: moment)
        (retraction.versionBefore, retraction.versionAfter) = (digest.versionBefore, digest.versionAfter)
        retraction.movedTo = digest.movedTo
        retraction.retracted = digest.retracted
        retraction.retraction = retraction.ownRetraction
        event.retraction = retraction.ownRetraction
        return [event, retraction]
    }
}

extension WatchEvent {
    /// Members of a profile that everybody sees who sees the profile.
    private static let open: Set<String> = [
        "contested", "cut", "id", "identifiers", "records", "registered", "sources",
    ]
    /// Those of them that change with any section.
    private static let echoes: Set<String> = ["cut", "records", "sources"]

    /// What a client may know of the event; nil where that is nothing.
    ///
    /// A section that a client may not see must not be told to have changed either.
    public func narrowed(to rights: ScopeSet) -> WatchEvent? {
        guard !rights.admitsAllSections else { return self }
        var event = self
        event.sections = sections.filter { Self.open.contains($0) || rights.admits(section: $0) }
        event.retracted = retracted.compactMap { record in
            let seen = record.sections.filter { rights.admits(section: $0) }
            return seen.isEmpty ? nil : RetractedRecord(record: record.record, sections: seen)
        }
        switch type {
        case .changed: return event.sections.allSatisfy(Self.echoes.contains) ? nil : event.withoutRetraction
        case .retracted: return event.retracted.isEmpty ? nil : event
        case .created, .merged, .split, .removed, .reset: return event.withoutRetraction
        }
    }

    /// A retraction may be none of the client's business: the event of its own says so where it is.
    private var withoutRetraction: WatchEvent {
        var event = self
        event.retraction = nil
        return event
    }
}
