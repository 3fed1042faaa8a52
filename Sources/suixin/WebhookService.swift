internal import ServiceLifecycle
internal import Watching

/// Follows the changes and calls the webhooks beside the server, in one process with it.
///
/// Others may do so over the same file: a delivery that one has taken is nobody else's until its lease runs out.
struct WebhookService: Service {
    let dispatcher: Dispatcher

    /// Until the group is shut down: calls under way are ended, and what was answered is noted.
    func run() async throws {
        dispatcher.start()
        try? await gracefulShutdown()
        try await blocking { dispatcher.stop() }
    }
}
