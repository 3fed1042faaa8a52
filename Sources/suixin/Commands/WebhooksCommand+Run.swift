internal import ArgumentParser
internal import Foundation
internal import Watching

extension WebhooksCommand {
    /// Follows the changes and calls the webhooks, in a process of its own: so that a firewall can let it out, and nothing
    /// else.
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Follow the changes and call the webhooks, until Ctrl-C.",
            discussion: "The first time ever it begins with what changes from then on."
        )
        @OptionGroup var common: CommonOptions
        @Flag(help: "Deliver what is due now, and end.")
        var once = false

        func run() async throws {
            let installation = try await Installation(common.settings(), for: .reading)
            let dispatcher = try installation.dispatcher { Terminal.complain("suixin: \($0)") }
            guard !once else { return try await blocking { try dispatcher.drain() } }
            let stop = StopSignal()
            dispatcher.start()
            Terminal.complain("Following the changes; stop with Ctrl-C.")
            try await blocking {
                while !stop.isRaised { stop.sleep(milliseconds: 500) }
                dispatcher.stop()
            }
        }
    }
}
