import Foundation
import Testing

/// What the exchange says of itself, against what a stranger finds who knows nothing else.
@Suite("The description, by schemathesis")
struct OpenAPICheckTests {
    private static let absent: Comment = "schemathesis is not on this machine: Scripts/set-up-checks installs it"

    private static let python = SandboxDesk.home + "/.build/openapi/bin/python"

    private static var hasTools: Bool {
        let modules = ["-c", "import schemathesis, openapi_spec_validator"]
        return FileManager.default.isExecutableFile(atPath: python) && (try? Run(python, modules))?.status == 0
    }

    @Test(
        "Every path of an exchange and of a sandbox answers as /openapi.json says",
        .enabled(if: Self.hasTools, Self.absent),
        .timeLimit(.minutes(60))
    )
    func check() async throws {
        try await blocking {
            let run = try Run(
                SandboxDesk.home + "/Scripts/check-openapi",
                [Run.programs],
                // The same examples each time, so that a change that is found here is the change's.
                environment: ["PYTHON": Self.python, "SEED": "1", "EXAMPLES": "5", "QUICK": "1"]
            )
            #expect(run.status == 0, "\(run.output)\n\(run.errors)")
        }
    }
}
