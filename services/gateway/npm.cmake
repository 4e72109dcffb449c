# Packages from npm, for the build and the tests alone: no program needs them when it runs.
set(CONCORDAT_NPM_FOLDER ${PROJECT_BINARY_DIR}/npm CACHE PATH "Where npm packages stand; builds may share it")

# concordat_npm_packages(FOLDER VARIABLE): sets VARIABLE to the folder that has, once the file `installed` is in it, the
# packages of FOLDER's lock file.
function(concordat_npm_packages folder variable)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/npm_packages.py)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/package-lock.json)
  file(SHA256 ${folder}/package-lock.json hash)
  string(SUBSTRING ${hash} 0 16 hash)
  cmake_path(GET folder FILENAME name)
  set(target ${CONCORDAT_NPM_FOLDER}/${name}-${hash})
  add_custom_command(OUTPUT ${target}/installed
    COMMAND /usr/bin/python3 ${script} ${folder} ${target}
    DEPENDS ${script} ${folder}/package.json ${folder}/package-lock.json
    COMMENT "npm packages of ${name}" VERBATIM)
  set(${variable} ${target} PARENT_SCOPE)
endfunction()
