// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func module(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude,
    swiftSettings: settings)
}

let package = Package(
  name: "lockstep",
  products: [
    .library(name: "Lockstep", targets: ["Training", "Networks", "Datasets"]),
    .library(name: "HDF5", targets: ["HDF5"]),
    .executable(name: "lockstep", targets: ["lockstep"]),
  ],
  targets: [
    // One door per C library: a module map and a shim header, nothing else.
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(
      name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CZstandard", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl")]),

    // Loops that are compiled once per instruction set, and the system calls Swift cannot see.
    .target(name: "CKernels"),
    .target(name: "CSystem"),

    // fast_float (libfast-float-dev) is a C++ template library: compiled here, behind a C function.
    .target(name: "CFastFloat"),
    // The errors of libpng and libjpeg are jumps, which no Swift code may stand in the way of.
    .target(name: "CImages", linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),

    module("HDF5", ["CHDF5"]),
    module("Kernels", ["CKernels", "COneDNN", "COpenBLAS"]),
    module("Settings", []),
    module("Networks", ["Kernels", "Settings"]),
    module(
      "Datasets",
      ["HDF5", "Kernels", "Settings", "CCrypto", "CDeflate", "CISAL", "CSystem", "CXXHash"]),
    module("Training", ["Networks", "Datasets", "HDF5", "CSystem"], exclude: ["README.md"]),
    module(
      "Conversion",
      [
        "Datasets", "HDF5", "Kernels", "Settings", "CFastFloat", "CImages", "CSystem", "CTurboJPEG",
        "CXXHash", "CZip", "CZlib", "CZstandard",
      ]),
    .executableTarget(
      name: "lockstep", dependencies: ["Conversion", "Training", "CSystem"],
      swiftSettings: settings),

    .executableTarget(
      name: "Fuzz", dependencies: ["Conversion", "Datasets", "HDF5", "Kernels", "TestSupport"],
      path: "tools/fuzz",
      exclude: ["README.md"], swiftSettings: settings),
    .executableTarget(
      name: "Streaming", dependencies: ["Datasets", "HDF5", "Kernels"],
      path: "tools/benchmark/Streaming", swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Datasets", "Kernels"], path: "Tests/TestSupport",
      swiftSettings: settings),
    tests("HDF5Tests", ["HDF5"], exclude: ["Fixtures"]),
    tests("KernelsTests", ["Kernels"]),
    tests("SettingsTests", ["Settings"]),
    tests("NetworksTests", ["Networks"]),
    tests("DatasetsTests", ["Datasets", "HDF5"], exclude: ["Fixtures"]),
    tests("TrainingTests", ["Training"]),
    tests(
      "ConversionTests",
      [
        "Conversion", "CTurboJPEG", "CZip", "CZlib", "CZstandard", "HDF5", "Kernels", "Settings",
      ]),
    tests("CommandTests", ["Conversion", "Training", "HDF5", "lockstep"], exclude: ["Fixtures"]),
  ],
  swiftLanguageModes: [.v6]
)
