public import Access
package import FeedTransport
public import Signing

/// Where a client wants to be called, and of what.
public struct Webhook: Hashable, Sendable {
    /// Of which enterprises a webhook tells.
    public enum Target: Hashable, Sendable {
        /// Those of one list.
        case list(WatchListID)
        /// Those of any list of the client.
        case watched
        /// All of them.
        case everything
    }

    /// Why nothing is sent.
    public enum Disabling: String, Hashable, Sendable {
        /// The client, or the operator, wanted so.
        case wanted
        /// The receiver answered 410.
        case gone
        /// Nothing but failures for days.
        case failing
    }

    /// A client has no more webhooks than this.
    public static let countLimit = 20

    /// For ever the same.
    public let id: WebhookID
    /// Whose it is: nobody else ever sees it.
    public let client: ClientID
    /// Where it is called.
    public var url: String
    /// Of which events it tells; all where it is empty.
    public var types: Set<WatchEventType>
    /// Of changes in which sections it tells; in all where it is empty.
    public var sections: Set<String>
    /// Of which enterprises it tells.
    public var target: Target
    /// POSIX milliseconds.
    public let created: Int64
    /// Why nothing is sent at present; nil where it is.
    public var disabled: Disabling?
    /// Since when, in POSIX milliseconds.
    public var disabledAt: Int64?
    /// Since when every attempt failed, in POSIX milliseconds; nil where the last one did not.
    public var failingSince: Int64?
    /// How often its secret was rotated.
    public var generation = 0
    /// Until when the secret before is good, too, in POSIX milliseconds.
    public var previousSecretUntil: Int64?

    /// Makes a webhook that tells of all events.
    public init(id: WebhookID, client: ClientID, url: String, target: Target, created: Int64) {
        self.id = id
        self.client = client
        self.url = url
        self.target = target
        self.created = created
        types = []
        sections = []
    }

    /// The secrets that sign at a moment, the present one first.
    /// - Parameters:
    ///   - installation: the installation's secret.
    ///   - now: POSIX milliseconds.
    /// - Returns: one, or two while the former is still good.
    public func secrets(installation: [UInt8], at now: Int64) -> [WebhookSecret] {
        var generations = [generation]
        if let previousSecretUntil, now < previousSecretUntil, generation > 0 { generations.append(generation - 1) }
        return generations.map { WebhookSecret(installation: installation, webhook: id.text, generation: $0) }
    }

    /// Takes a new secret; the one before stays good for a while.
    public mutating func rotate(keepingPreviousUntil moment: Int64) {
        generation += 1
        previousSecretUntil = moment
    }

    /// Switches it on again, as if it had never failed.
    public mutating func enable() {
        disabled = nil
        disabledAt = nil
        failingSince = nil
    }

    /// Switches it off, unless it is already.
    public mutating func disable(_ reason: Disabling, at now: Int64) {
        guard disabled == nil else { return }
        disabled = reason
        disabledAt = now
    }

    /// Whether it wants to hear of what a client may know of an event.
    public func wants(_ event: WatchEvent) -> Bool {
        guard types.isEmpty || types.contains(event.type) else { return false }
        switch event.type {
        case .changed, .retracted:
            return sections.isEmpty || !sections.isDisjoint(with: event.concernedSections)
        case .created, .merged, .split, .removed, .reset: return true
        }
    }

    /// Whether everything about it is within its bounds.
    /// - Throws: ``AccessError`` `invalid` that says what is not.
    package func check(_ policy: OutboundPolicy) throws(AccessError) {
        do { _ = try OutboundAddress(url, policy) } catch {
            throw AccessError(.invalid, "the webhook's address is refused: \(error)")
        }
        guard sections.count <= 100, sections.allSatisfy({ 1...64 ~= $0.utf8.count }) else {
            throw AccessError(.invalid, "a webhook names at most 100 sections of at most 64 bytes")
        }
    }
}
