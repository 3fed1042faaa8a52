public import Access
internal import CreditModel
package import FeedTransport
public import Signing
public import Watches

/// Calls a receiver: libcurl with a guard, or whatever a test puts in its place.
package protocol WebhookPoster: AnyObject {
    /// Posts a body, and gives the answer.
    func post(
        _ body: [UInt8],
        to url: String,
        headers: [(name: String, value: String)],
        isStopped: @escaping () -> Bool
    ) throws(OutboundFailure) -> OutboundAnswer
}

extension GuardedPoster: WebhookPoster {}

/// Makes one attempt to deliver one event: what is sent, how it is signed, and what the answer means.
public struct Messenger: Sendable {
    private let origin: EventOrigin
    private let installation: [UInt8]
    private let key: SigningKey?
    private let schedule: RetrySchedule
    private let rights: @Sendable (ClientID) throws -> ClientRights?
    private let clock: @Sendable () -> Int64
    private let random: @Sendable () -> UInt64

    /// - Parameters:
    ///   - origin: what all events say alike.
    ///   - installation: the installation's secret, from which those of webhooks are derived.
    ///   - key: the Ed25519 key of `v1a`; nil to sign by `v1` alone.
    ///   - schedule: when it is tried again.
    ///   - rights: what a client may; nil where there is none of that id.
    ///   - clock: POSIX milliseconds.
    ///   - random: 64 random bits.
    public init(
        origin: EventOrigin,
        installation: [UInt8],
        key: SigningKey?,
        schedule: RetrySchedule = RetrySchedule(),
        rights: @escaping @Sendable (ClientID) throws -> ClientRights?,
        clock: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.origin = origin
        self.installation = installation
        self.key = key
        self.schedule = schedule
        self.rights = rights
        self.clock = clock
        self.random = random
    }

    /// Sends, and says how it went.
    package func attempt(
        _ claimed: ClaimedDelivery,
        by poster: any WebhookPoster,
        isStopped: @escaping () -> Bool
    ) throws -> DeliveryReport {
        let (delivery, webhook) = (claimed.delivery, claimed.webhook)
        // Rights may have been withdrawn since it was queued.
        guard let rights = try rights(webhook.client), rights.mayBeCalled,
            let event = delivery.event.narrowed(to: rights.scopes)
        else {
            var report = DeliveryReport(.skipped, at: clock())
            report.error = "the client may not hear of it any more"
            return report
        }
        let body = event.body(origin)
        let moment = clock()
        let headers = try headers(event.id, body, webhook, at: moment)
        do throws(OutboundFailure) {
            let answer = try poster.post(body, to: webhook.url, headers: headers, isStopped: isStopped)
            return report(on: answer, delivery)
        } catch {
            return failure(delivery, "\(error)", retryAfter: nil)
        }
    }

    private func headers(
        _ id: String,
        _ body: [UInt8],
        _ webhook: Webhook,
        at moment: Int64
    ) throws -> [(name: String, value: String)] {
        let timestamp = moment / 1000
        let signature = try WebhookSignature.header(
            id: id,
            timestamp: timestamp,
            body: body,
            secrets: webhook.secrets(installation: installation, at: moment),
            key: key
        )
        return [
            ("content-type", "application/cloudevents+json; charset=utf-8"), ("webhook-id", id),
            ("webhook-timestamp", "\(timestamp)"), ("webhook-signature", signature),
        ]
    }

    private func report(on answer: OutboundAnswer, _ delivery: Delivery) -> DeliveryReport {
        if 200..<300 ~= answer.status {
            var report = DeliveryReport(.delivered, at: clock())
            report.status = answer.status
            return report
        }
        let what = 300..<400 ~= answer.status ? "redirected, which is not followed" : "answered \(answer.status)"
        var report = failure(delivery, what, retryAfter: answer.retryAfter)
        report.status = answer.status
        // The receiver says that it wants nothing any more.
        if answer.status == 410 {
            report.isGone = true
            report.verdict = .failed
        }
        return report
    }

    private func failure(_ delivery: Delivery, _ what: String, retryAfter: Int?) -> DeliveryReport {
        let now = clock()
        let next = schedule.next(after: delivery.failures + 1, retryAfter: retryAfter, at: now, chance: random())
        var report = DeliveryReport(
            next.map { .retry(at: $0) } ?? .failed,
            at: now,
            disablesIfFailingSince: now - schedule.disablesAfter
        )
        report.error = String(decoding: what.utf8.prefix(500), as: UTF8.self)
        return report
    }
}
